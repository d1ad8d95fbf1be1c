/** What ends a command with one line for whoever typed it, and the exit code that scripts go by. */

/** As in `sysexits.h`, where it has them. Restarting does not help after USAGE and CONFIG. */
export const EXIT = { DONE: 0, FAILED: 1, USAGE: 64, CONFIG: 78 } as const;

export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.FAILED) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function badUsage(message: string): CliError {
  return new CliError(message, EXIT.USAGE);
}

export function badConfig(message: string): CliError {
  return new CliError(message, EXIT.CONFIG);
}
