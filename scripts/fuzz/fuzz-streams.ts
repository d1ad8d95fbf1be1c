/**
 * FR29: valid WebSocket streams with a few things wrong, each of them twice and cut in two ways. Whatever comes ends
 * with a close code that says why, or stays open until the client ends it; the gateway is told of the same messages,
 * and once that the peer is gone; and nothing of it depends on the cuts.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { SeededRandom } from '@madang/core';
import type { Failure } from './failure.ts';
import { mutated, smallest } from './mutate.ts';
import { anyCuts, isOurs, isRightCode, piecesAt, seenBy, validStream } from './streams.ts';

/** Part of no published name: the transport is the server's own affair. */
const UNDER_TEST = resolve(import.meta.dirname, '../../packages/server/src/node/ws-transport.fuzz.test-support.ts');

/** Bytes of a stream at most: some messages are as long as they may be. */
const STREAM_BYTES_MAX = 64 * 1024;

/** Where a stream is cut so often, its pieces come in one turn: it would take too long. */
const MANY_CUTS = 20;

/**
 * The WebSocket library cuts a connection on which this many pongs have not been written yet: how many pings that takes
 * depends on how many come in one piece, and is meant to.
 */
const UNSENT_PONGS_MAX = 60;

/** A failing stream of this size or less is also tried byte by byte. */
const EVERY_BYTE_MAX = 1_000;

/** The name that lines of this part begin with. */
export const STREAM = 'stream';

/** What a server made of one connection, see `streamsUnderTest`. */
export interface Outcome {
  readonly messages: readonly string[];
  readonly timesGone: number;
  readonly sent: Uint8Array;
  readonly isOver: boolean;
}

/** Makes one connection, which sends these pieces and ends; between two of them some turns of the event loop go by. */
export type Connect = (pieces: readonly Uint8Array[], turns: number) => Promise<Outcome>;

/** What streams are sent to. */
export interface ServerUnderTest {
  readonly connect: Connect;
  /** What nobody has caught so far: taken out here, and then somebody's fault. */
  readonly uncaught: unknown[];
}

/** A stream, and where it is cut. */
interface Case {
  readonly stream: Uint8Array;
  readonly cuts: readonly number[];
}

export interface StreamFigures {
  streams: number;
  /** How many ended with each code of ours, with `its own` sent back, `open` until it ended it, or as `a flood`. */
  readonly endings: Map<string, number>;
}

/** Connections to our own transport, in memory. */
export async function ourConnections(): Promise<Connect> {
  const module: { readonly streamsUnderTest: () => Connect } = await import(pathToFileURL(UNDER_TEST).href);
  return module.streamsUnderTest();
}

/** Sends so many streams, or up to the first with which something is wrong. */
export async function fuzzStreams(
  server: ServerUnderTest,
  count: number,
  random: SeededRandom,
  progress: (done: number) => void,
): Promise<{ readonly figures: StreamFigures; readonly failure: Failure | null }> {
  const figures: StreamFigures = { streams: 0, endings: new Map() };
  let last = validStream(random);
  while (figures.streams < count) {
    const honest = validStream(random);
    const stream = random.chance(0.1) ? honest : mutated(random, honest, last, STREAM_BYTES_MAX);
    last = honest;
    const cuts = anyCuts(random, stream.length);
    figures.streams++;
    const { problem, ending } = await judge(server, { stream, cuts });
    if (problem !== null) return { figures, failure: await failureOf(server, { stream, cuts }, problem) };
    figures.endings.set(ending, (figures.endings.get(ending) ?? 0) + 1);
    if (figures.streams % 50_000 === 0) progress(figures.streams);
  }
  return { figures, failure: null };
}

/** Sends one stream again, as the line of a failure has it. Answers what is wrong with it, or null. */
export async function replayStream(
  server: ServerUnderTest,
  hex: string,
  cuts: string,
): Promise<{ readonly error: unknown } | null> {
  const stream = Buffer.from(hex, 'hex');
  const { problem } = await judge(server, { stream, cuts: cuts === '' ? [] : cuts.split(',').map(Number) });
  return problem === null ? null : { error: problem };
}

/** What is wrong with how a server takes this stream, and how it ends where nothing is. */
async function judge(
  server: ServerUnderTest,
  { stream, cuts }: Case,
): Promise<{ readonly problem: unknown; readonly ending: string }> {
  try {
    const whole = await outcomeOf(server, stream, [new Uint8Array(0), stream], 0);
    const cut = await outcomeOf(server, stream, piecesAt(stream, cuts), cuts.length < MANY_CUTS ? 1 : 0);
    if (Math.max(whole.pongs.length, cut.pongs.length) >= UNSENT_PONGS_MAX) return { problem: null, ending: 'a flood' };
    if (!isDeepStrictEqual(cut, whole)) {
      throw new Error(`cut, it ends otherwise: ${JSON.stringify(cut)} in place of ${JSON.stringify(whole)}`);
    }
    return { problem: null, ending: endingOf(whole.closeCode) };
  } catch (problem) {
    return { problem, ending: '' };
  }
}

function endingOf(closeCode: number | null): string {
  if (closeCode === null) return 'open';
  return isOurs(closeCode) ? String(closeCode) : 'its own';
}

async function outcomeOf(
  { connect, uncaught }: ServerUnderTest,
  stream: Uint8Array,
  pieces: readonly Uint8Array[],
  turns: number,
): Promise<Pick<Outcome, 'messages'> & ReturnType<typeof seenBy>> {
  const { messages, timesGone, sent, isOver } = await connect(pieces, turns);
  const [thrown] = uncaught.splice(0);
  if (thrown !== undefined) throw thrown;
  const { closeCode, pongs } = seenBy(sent);
  if (!isRightCode(closeCode, stream)) throw new Error(`the server closed with ${closeCode}`);
  if (!isOver) throw new Error('the connection is not over when both sides have ended it');
  if (timesGone !== 1) throw new Error(`the gateway was told ${timesGone} times that the peer is gone`);
  return { messages, closeCode, pongs };
}

/** Fewer bytes with which something is wrong as well, cut as before or at every byte. */
async function failureOf(server: ServerUnderTest, found: Case, problem: unknown): Promise<Failure> {
  const failing = async (stream: Uint8Array): Promise<Case | null> => {
    const asBefore = { stream, cuts: found.cuts.filter((cut) => cut <= stream.length) };
    if ((await judge(server, asBefore)).problem !== null) return asBefore;
    if (stream.length > EVERY_BYTE_MAX) return null;
    const atEveryByte = { stream, cuts: [...stream.keys()] };
    return (await judge(server, atEveryByte)).problem === null ? null : atEveryByte;
  };
  const least = await smallest(found.stream, async (stream) => (await failing(stream)) !== null);
  const smaller = (await failing(least)) ?? found;
  return {
    line: `${STREAM} ${Buffer.from(smaller.stream).toString('hex')} ${smaller.cuts.join(',')}`,
    error: (await judge(server, smaller)).problem ?? problem,
  };
}
