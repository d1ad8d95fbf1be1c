/** Sessions of players who do something wrong: see sessions.ts for what a script is, and what may not come of it. */
import { type SeededRandom, seededRandom } from '@madang/core';
import type { Failure } from './failure.ts';
import { mutated, smallest } from './mutate.ts';
import { honestScripts, runSession } from './sessions.ts';

const SCRIPT_BYTES_MAX = 2_000;

/** The name that lines of this part begin with. */
export const SESSION = 'session';

/**
 * Plays so many sessions, or up to the first in which the server breaks a promise. `uncaught` is what nobody has caught
 * so far: taken out here, and then that session's fault.
 */
export async function fuzzSessions(
  uncaught: unknown[],
  count: number,
  random: SeededRandom,
  progress: (done: number) => void,
): Promise<{ readonly sessions: number; readonly failure: Failure | null }> {
  const honest = honestScripts(seededRandom(1));
  for (let sessions = 1; sessions <= count; sessions++) {
    const script = mutated(random, random.pick(honest), random.pick(honest), SCRIPT_BYTES_MAX);
    const problem = await problemOf(uncaught, script);
    if (problem !== null) return { sessions, failure: await failureOf(uncaught, script, problem.error) };
    if (sessions % 5_000 === 0) progress(sessions);
  }
  return { sessions: count, failure: null };
}

/** Plays one session again, as the line of a failure has it. Answers what is wrong with it, or null. */
export function replaySession(uncaught: unknown[], hex: string): Promise<{ readonly error: unknown } | null> {
  return problemOf(uncaught, Buffer.from(hex, 'hex'));
}

async function failureOf(uncaught: unknown[], script: Uint8Array, error: unknown): Promise<Failure> {
  const least = await smallest(script, async (bytes) => (await problemOf(uncaught, bytes)) !== null);
  return {
    line: `${SESSION} ${Buffer.from(least).toString('hex')}`,
    error: (await problemOf(uncaught, least))?.error ?? error,
  };
}

async function problemOf(uncaught: unknown[], script: Uint8Array): Promise<{ readonly error: unknown } | null> {
  try {
    await runSession(script);
    // What nobody catches is told between two turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    const [thrown] = uncaught.splice(0);
    return thrown === undefined ? null : { error: thrown };
  } catch (error) {
    uncaught.splice(0);
    return { error };
  }
}
