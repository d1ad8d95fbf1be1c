/** Finds a file with games, and the games in it. */
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Game } from '@madang/core';
import { badConfig } from './cli-error.ts';
import { describeFailure } from './describe-failure.ts';
import { authorsFiles } from './own-code.ts';

const USUAL_FILES = ['game.ts', 'src/game.ts'];

/** The file that is meant: the one that is given, or one of the usual names. Throws where it is not there. */
export function gameFile(given: string | undefined): string {
  const file = (given === undefined ? USUAL_FILES : [given]).find((name) => existsSync(name));
  if (file !== undefined) return resolve(file);
  if (given !== undefined) throw badConfig(`There is no file ${given}.`);
  throw badConfig(`There is no ${USUAL_FILES.join(' and no ')} here: name the file that exports your game.`);
}

/** The games that a file exports, by whatever name. Throws where it cannot be loaded or has none. */
export async function loadGames(file: string): Promise<readonly Game[]> {
  let exported: object;
  try {
    exported = (await import(pathToFileURL(file).href)) as object;
  } catch (error) {
    throw badConfig(describeFailure(error, authorsFiles()).line);
  }
  return gamesOf(exported, file);
}

/** Throws where there are none. */
export function gamesOf(exported: object, file: string): readonly Game[] {
  const games = [...new Set(Object.values(exported).filter(isGame))];
  if (games.length > 0) return games;
  throw badConfig(`${relative(process.cwd(), file)} exports no game: export what defineGame answers.`);
}

/** What `defineGame` answers has a fingerprint beside what its author wrote. */
function isGame(value: unknown): value is Game {
  if (typeof value !== 'object' || value === null) return false;
  const { name, fingerprint, state, input, sendRateHz } = value as Partial<Game>;
  return (
    typeof name === 'string' &&
    typeof fingerprint === 'number' &&
    typeof sendRateHz === 'number' &&
    typeof state === 'object' &&
    typeof input === 'object'
  );
}
