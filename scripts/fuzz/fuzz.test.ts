import { seededRandom } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { type Decoder, ourDecoders } from './decoders.ts';
import { fuzzDecoders, replayDecoder } from './fuzz-decoders.ts';
import { fuzzStreams, type Outcome, replayStream } from './fuzz-streams.ts';
import { honestScripts, plaza, runSession } from './sessions.ts';

const quietly = (): void => {};

describe('inputs of decoders', () => {
  /** Takes everything but what `fails` says. */
  const decoder = (read: (input: Uint8Array) => void, restore = quietly): Decoder => ({
    name: 'one',
    honest: [Uint8Array.of(1, 2, 3, 4)],
    weight: 1,
    restore,
    read: (input) => {
      read(input);
      return 'taken';
    },
  });

  test('an input that breaks a decoder is found, made as small as can be, and breaks it again', async () => {
    const broken = [
      decoder((input) => {
        if (input.includes(0xff)) throw new TypeError('no such thing');
      }),
    ];
    const { failure, figures } = await fuzzDecoders(broken, 10_000, seededRandom(1), quietly);
    expect(failure).toMatchObject({ line: 'one ff', error: { message: 'no such thing' } });
    expect(figures.inputs).toBeLessThan(10_000);
    expect(replayDecoder(broken, 'one', 'ff')).toMatchObject({ error: { message: 'no such thing' } });
    expect(replayDecoder(broken, 'one', 'fe')).toBeNull();
  });

  test('what an input leaves behind is that input’s fault', async () => {
    let left = 0;
    const leaky = decoder(
      ([first = 0]) => {
        left = first === 9 ? 1 : 0;
      },
      () => {
        if (left !== 0) throw new Error('something is left');
      },
    );
    const { failure } = await fuzzDecoders([leaky], 10_000, seededRandom(1), quietly);
    expect(failure).toMatchObject({ line: 'one 09', error: { message: 'something is left' } });
  });

  test('every decoder of ours takes its honest inputs, as they are', () => {
    for (const { name, honest, read, restore } of ourDecoders()) {
      const outcomes = honest.map((input) => {
        const outcome = read(input);
        restore();
        return outcome;
      });
      expect(new Set(outcomes), name).toEqual(new Set(name.startsWith('json/') ? ['taken', 'refused'] : ['taken']));
    }
  });
});

describe('WebSocket streams', () => {
  const over: Outcome = { messages: [], timesGone: 1, sent: new Uint8Array(0), isOver: true };
  /** Servers that make something of the pieces they are sent. */
  const server = (outcome: (pieces: readonly Uint8Array[]) => Partial<Outcome>, uncaught: unknown[] = []) => ({
    connect: async (pieces: readonly Uint8Array[]): Promise<Outcome> => ({ ...over, ...outcome(pieces) }),
    uncaught,
  });
  const found = async (under: ReturnType<typeof server>): Promise<string> => {
    const { failure } = await fuzzStreams(under, 200, seededRandom(1), quietly);
    return failure?.error instanceof Error ? failure.error.message : 'nothing';
  };

  test('nothing is found where nothing is wrong', async () => {
    expect(await found(server(() => ({})))).toBe('nothing');
  });

  test('a server is caught that makes something else of a stream in pieces', async () => {
    expect(await found(server((pieces) => ({ messages: pieces.map(String) })))).toMatch('cut, it ends otherwise');
  });

  test.each([
    ['closes for no reason', { sent: Uint8Array.of(0x88, 2, 1011 >> 8, 1011 & 0xff) }, 'closed with 1011'],
    ['closes twice', { sent: Uint8Array.of(0x88, 0, 0x88, 0) }, 'two closes'],
    ['speaks after its close', { sent: Uint8Array.of(0x88, 0, 0x8a, 0) }, 'something after its close'],
    ['tells its gateway twice', { timesGone: 2 }, 'told 2 times'],
    ['keeps a connection that is over', { isOver: false }, 'not over'],
  ])('a server is caught that %s', async (_, outcome, problem) => {
    expect(await found(server(() => outcome))).toMatch(problem);
  });

  test('a server is caught that lets something go by uncaught', async () => {
    const uncaught: unknown[] = [];
    const throws = server(() => {
      uncaught.push(new TypeError('nobody caught this'));
      return {};
    }, uncaught);
    expect(await found(throws)).toBe('nobody caught this');
    expect(await replayStream(throws, '8a80', '')).toMatchObject({ error: { message: 'nobody caught this' } });
  });
});

describe('sessions', () => {
  const scripts = honestScripts(seededRandom(1));

  test('players who do nothing wrong leave nothing behind', async () => {
    let welcomes = 0;
    for (const script of scripts) welcomes += await runSession(script);
    expect(welcomes).toBeGreaterThan(2 * scripts.length);
  });

  test('a game whose rules fail where players could make them is caught', async () => {
    const wave = (): never => {
      throw new TypeError('nobody is there');
    };
    const broken = { ...plaza, on: { ...plaza.on, wave } };
    const outcomes = await Promise.all(scripts.map((script) => runSession(script, broken).catch((problem) => problem)));
    expect(outcomes.some((one) => one instanceof Error && one.message.includes('nobody is there'))).toBe(true);
  });
});
