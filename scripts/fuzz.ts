/**
 * `npm run fuzz -- --streams 1000000 --inputs 10000000 --seed 7`: from a seed, mutated WebSocket streams (FR29), inputs
 * of every decoder (PR21), and whole sessions of players who do something wrong. Ends with a line of counts. Where a
 * promise is broken it ends with exit code 1 and a line that repeats it: `npm run fuzz -- --replay 'client/yard 02ff'`.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { seededRandom } from '@madang/core';
import { ourDecoders } from './fuzz/decoders.ts';
import type { Failure } from './fuzz/failure.ts';
import { fuzzDecoders, replayDecoder } from './fuzz/fuzz-decoders.ts';
import { fuzzSessions, replaySession, SESSION } from './fuzz/fuzz-sessions.ts';
import { fuzzStreams, ourConnections, replayStream, STREAM } from './fuzz/fuzz-streams.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '100000' },
    sessions: { type: 'string', default: '5000' },
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    replay: { type: 'string' },
  },
});

/** What nobody has caught: whoever it came of finds it here, and the process goes on. */
const uncaught: unknown[] = [];
process.on('uncaughtException', (error) => uncaught.push(error));
process.on('unhandledRejection', (error) => uncaught.push(error));

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const exitCode = values.replay === undefined ? await fuzz() : await replay(values.replay);
    const [thrown] = uncaught;
    if (thrown !== undefined) throw thrown;
    return exitCode;
  } catch (error) {
    console.error(error);
    return 1;
  }
}

async function fuzz(): Promise<number> {
  const seed = countOf('seed', values.seed);
  const inputs = countOf('inputs', values.inputs);
  const streams = countOf('streams', values.streams);
  const sessions = countOf('sessions', values.sessions);
  console.log(`seed ${seed}`);

  const readMs = stopwatch();
  const read = await fuzzDecoders(ourDecoders(), inputs, seededRandom(seed), progress('inputs', inputs));
  console.log(`${counted(read.figures.inputs)} inputs (${counted(read.figures.taken)} taken) in ${readMs()}`);
  if (read.failure !== null) return report(read.failure);
  for (const line of read.figures.lines()) console.log(line);

  const sentMs = stopwatch();
  const sent = await fuzzStreams(
    { connect: await ourConnections(), uncaught },
    streams,
    seededRandom(seed),
    progress('streams', streams),
  );
  console.log(`${counted(sent.figures.streams)} streams, each whole and in pieces, in ${sentMs()}`);
  if (sent.failure !== null) return report(sent.failure);
  const endings = [...sent.figures.endings].sort((a, b) => b[1] - a[1]);
  for (const [code, count] of endings) console.log(`  ${code.padEnd(10)} ${counted(count)}`);

  const playedMs = stopwatch();
  const played = await fuzzSessions(uncaught, sessions, seededRandom(seed), progress('sessions', sessions));
  console.log(`${counted(played.sessions)} sessions in ${playedMs()}`);
  if (played.failure !== null) return report(played.failure);

  const counts = `${counted(inputs)} inputs, ${counted(streams)} streams, ${counted(sessions)} sessions`;
  console.log(`fuzz: ${counts}, seed ${seed}: nothing found`);
  return 0;
}

async function replay(line: string): Promise<number> {
  const found = await replayed(line);
  console.log(found === null ? 'nothing is wrong with it' : found.error);
  return found === null ? 0 : 1;
}

async function replayed(line: string): Promise<{ readonly error: unknown } | null> {
  const [name = '', hex = '', cuts = ''] = line.split(' ');
  if (name === STREAM) return replayStream({ connect: await ourConnections(), uncaught }, hex, cuts);
  if (name === SESSION) return replaySession(uncaught, hex);
  return replayDecoder(ourDecoders(), name, hex);
}

function report({ line, error }: Failure): number {
  console.error(error);
  console.error(`fuzz: found. To repeat it: npm run fuzz -- --replay '${line}'`);
  return 1;
}

/** Throws for an option that is no number. */
function countOf(option: string, given: string): number {
  if (!/^\d+$/.test(given)) throw new RangeError(`--${option} must be a whole number, not ${given}`);
  return Number(given);
}

function progress(what: string, count: number): (done: number) => void {
  return (done) => console.log(`  ${counted(done)} of ${counted(count)} ${what}`);
}

function counted(count: number): string {
  return count.toLocaleString('en');
}

function stopwatch(): () => string {
  const startMs = performance.now();
  return () => `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}
