/** What follows a command's name. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { badUsage } from './cli-error.ts';

/** How many words a command takes beside its options. */
export interface Words {
  readonly atLeast: number;
  readonly atMost: number;
}

/** Reads options and words. Throws a usage error of one line for those that the command does not know. */
export function readArguments<const O extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: O,
  { atLeast, atMost }: Words,
) {
  const parsed = parse(command, args, options);
  const count = parsed.positionals.length;
  if (count < atLeast) throw badUsage(`madang ${command}: something is missing. See madang help ${command}.`);
  if (count > atMost) {
    throw badUsage(`madang ${command}: ${parsed.positionals[atMost]} is too much. See madang help ${command}.`);
  }
  return parsed;
}

function parse<const O extends ParseArgsOptionsConfig>(command: string, args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // The runtime explains at length how to give words that look like options.
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw badUsage(`madang ${command}: ${sentence.replace(/\.$/u, '')}. See madang help ${command}.`);
  }
}
