#!/usr/bin/env node
/** The command `madang`. What a command needs is loaded once it is known which one is asked for. */
import { CliError, EXIT } from './cli-error.ts';
import { commandNames, helpOf, overview } from './help.ts';

// Games may hold timers and sockets of their own, which would keep the process.
process.exit(await run(process.argv.slice(2)));

/** Runs a command and answers its exit code. What a person has to know is one line; a fault of ours is thrown. */
async function run([name = 'help', ...args]: readonly string[]): Promise<number> {
  try {
    return await commandOf(name, args);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

async function commandOf(name: string, args: readonly string[]): Promise<number> {
  if (name !== 'help' && args.includes('--help')) return help([name]);
  switch (name) {
    case 'dev':
      return (await import('./dev/dev.ts')).dev(args);
    case 'start':
      return (await import('./start.ts')).start(args);
    case 'backup':
      return (await import('./backup.ts')).backup(args);
    case 'restore':
      return (await import('./restore.ts')).restore(args);
    case 'rooms':
      return (await import('./rooms.ts')).rooms(args);
    case 'replay':
      return (await import('./replay.ts')).replay(args);
    case 'help':
    case '--help':
      return help(args);
    default:
      throw new CliError(`There is no command ${name}: there are ${commandNames().join(', ')}.`, EXIT.USAGE);
  }
}

function help([name]: readonly string[]): number {
  const text = name === undefined ? overview() : helpOf(name);
  if (text === null) throw new CliError(`There is no command ${name}: see madang help.`, EXIT.USAGE);
  process.stdout.write(text);
  return EXIT.DONE;
}
