/** What a failed simulation throws, and the one line by which it is done again. */

/** What a run was made of, as far as it can be printed. */
export interface PrintedOptions {
  readonly game: string;
  readonly seed: number;
  readonly [option: string]: unknown;
}

/** How a run is done again. */
export interface Again {
  readonly options: PrintedOptions;
  /** The options that cannot be printed and must be given with those that are. */
  readonly needed: readonly string[];
  readonly testFile: string | null;
}

export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  readonly seed: number;
  /** What `replay` takes: the run's options as JSON, those that are functions left out. */
  readonly line: string;

  constructor(problem: string, atMs: number, { options, needed, testFile }: Again, cause: unknown) {
    const line = JSON.stringify(options);
    const command = `MADANG_SEED=${options.seed} npx vitest run ${testFile ?? '<your test>'}`;
    super(
      `${options.game}, seed ${options.seed}, at ${Math.round(atMs)} ms: ${problem}\n` +
        `reproduce: ${command}    or: replay('${line}', { ${needed.join(', ')} })`,
      { cause },
    );
    this.seed = options.seed;
    this.line = line;
  }
}

/**
 * The test file that called into this package, as one would type it; null where the caller is none. Must be called before
 * anything is awaited: a stack reaches no further back.
 */
export function callingTestFile(): string | null {
  const { stack = '' } = new Error();
  const file = /(?:file:\/\/)?(\/[^\s()]*\.(?:test|spec)\.[cm]?[jt]sx?)/.exec(stack)?.[1];
  if (file === undefined) return null;
  const root = `${process.cwd()}/`;
  return file.startsWith(root) ? file.slice(root.length) : file;
}
