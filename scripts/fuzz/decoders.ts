/**
 * PR21: everything that reads bytes or JSON of others, given any bytes at all and honest ones with a few things
 * wrong. Each either takes its input, and then what it took can be written and read again as the same, or refuses it
 * with a code of its own; a state that refused is as it was, or as good as new after the next snapshot.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  applyServerFrame,
  ByteReader,
  ByteWriter,
  type ClientFrame,
  createMirror,
  createState,
  decodeClientFrame,
  decodeJoin,
  type ErrorCode,
  encodeClientFrame,
  encodeJoin,
  type Game,
  hashState,
  isGameError,
  type JoinRequest,
  neutral,
  parseInput,
  parseJson,
  parseMessage,
  readGrants,
  readSavedState,
  readSnapshot,
  type SeededRandom,
  seededRandom,
  writeSavedState,
} from '@madang/core';
import { anyState, BASE_TICK, GAMES, honestFrames, messageOf } from './games.ts';

/** Something that reads what others send. */
export interface Decoder {
  readonly name: string;
  /** Inputs that are taken as they are. */
  readonly honest: readonly Uint8Array[];
  /** How often it gets its turn, beside the others. */
  readonly weight: number;
  /** Makes all as it was before the first input. Throws where an input has left something behind. */
  restore(): void;
  /**
   * Answers whether the input was taken or refused. Throws what a decoder must not throw, and where a promise is
   * broken.
   */
  read(input: Uint8Array): 'taken' | 'refused';
}

/** Where a decoder did something else than it promises. */
class Broken extends Error {}

/** All of them. Their honest inputs are the same in every run, so that a line repeats what failed. */
export function ourDecoders(): readonly Decoder[] {
  const random = seededRandom(1);
  return [joinDecoder(), ...GAMES.flatMap((game) => decodersOfGame(game, random))];
}

function decodersOfGame(game: Game, random: SeededRandom): readonly Decoder[] {
  return [
    clientFrameDecoder(game, random),
    serverFrameDecoder(game, random),
    savedStateDecoder(game, random),
    jsonDecoder(game, random),
  ];
}

/** Runs `read` and answers 'refused' where it throws one of these codes. */
function unlessRefused(codes: readonly ErrorCode[], read: () => void): 'taken' | 'refused' {
  try {
    read();
    return 'taken';
  } catch (error) {
    if (isGameError(error) && codes.includes(error.code)) return 'refused';
    throw error;
  }
}

const restoreNothing = (): void => {};

function joinDecoder(): Decoder {
  const join = { game: 'yard', fingerprint: 0xdeadbeef, way: 'any', key: '', name: '지민', identity: '' } as const;
  const plain: JoinRequest = { ...join, isSpectator: false, isPrivate: false, options: null };
  const honest = [
    plain,
    { ...plain, way: 'room', key: 'kabom', isSpectator: true } as const,
    { ...plain, way: 'create', isPrivate: true, options: { map: 'hill', rounds: 3 } } as const,
    { ...plain, way: 'return', key: 'AAECAwQFBgcICQoLDA0ODw', identity: 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln' } as const,
  ].map(encodeJoin);
  return {
    name: 'join',
    honest,
    weight: 3,
    restore: restoreNothing,
    read: (input) =>
      unlessRefused(['BAD_FRAME', 'BAD_MESSAGE'], () => {
        const request = decodeJoin(new ByteReader(input));
        const again = decodeJoin(new ByteReader(encodeJoin(request)));
        if (!isDeepStrictEqual(again, request)) throw new Broken('a join that was taken reads otherwise once written');
      }),
  };
}

function clientFrameDecoder(game: Game, random: SeededRandom): Decoder {
  const input = (): ClientFrame => {
    const timed = { tick: random.below(1 << 20), seenTick: random.below(1 << 20), viewDelayTicks: 2.5 };
    return { kind: 'input', ...timed, input: messageOf(game.input, random) };
  };
  const [part = ''] = Object.keys(game.state);
  const frames: readonly ClientFrame[] = [
    ...Array.from({ length: 6 }, input),
    ...Object.entries(game.commands).flatMap(([name, fields]): ClientFrame[] => [
      { kind: 'command', number: 1, name, payload: messageOf(fields, random) },
      { kind: 'ask', number: 200, key: 'once', name, payload: messageOf(fields, random) },
    ]),
    { kind: 'say', number: 2, message: { hi: [1, 2.5, null, '안녕'] } },
    { kind: 'do', number: 3, deed: { do: 'chat', text: 'hi', to: 'team' } },
    { kind: 'ping' },
    { kind: 'repair', because: 'checksum' },
    { kind: 'diverged', tick: 77, at: { table: part, row: 65537, field: '' } },
    { kind: 'rest' },
    { kind: 'leave' },
  ];
  return {
    name: `client/${game.name}`,
    honest: frames.map((frame) => encodeClientFrame(game, frame)),
    weight: 6,
    restore: restoreNothing,
    read: (bytes) =>
      unlessRefused(['BAD_FRAME', 'BAD_MESSAGE'], () => {
        const frame = decodeClientFrame(game, new ByteReader(bytes));
        const again = decodeClientFrame(game, new ByteReader(encodeClientFrame(game, frame)));
        if (!isDeepStrictEqual(again, frame)) throw new Broken('a frame that was taken reads otherwise once written');
      }),
  };
}

function serverFrameDecoder(game: Game, random: SeededRandom): Decoder {
  const { snapshot, frames } = honestFrames(game, random);
  const { store } = createMirror(game.state, 1);
  const takeSnapshot = (): void => {
    const from = new ByteReader(snapshot);
    from.u8();
    from.varint();
    readSnapshot(from, store);
    readGrants(from, store);
  };
  takeSnapshot();
  const honestHash = hashState(store, 1);
  return {
    name: `server/${game.name}`,
    honest: frames,
    weight: 8,
    restore() {
      takeSnapshot();
      if (hashState(store, 1) !== honestHash) throw new Broken('a snapshot does not undo this frame');
    },
    read: (input) =>
      unlessRefused(
        ['BAD_FRAME', 'BAD_MESSAGE'],
        () => void applyServerFrame(game, store, BASE_TICK, new ByteReader(input)),
      ),
  };
}

function savedStateDecoder(game: Game, random: SeededRandom): Decoder {
  const saved = (state: Parameters<typeof hashState>[0]): Uint8Array => {
    const out = new ByteWriter();
    writeSavedState(out, game.state, state);
    return out.take();
  };
  const honest = Array.from({ length: 6 }, () => saved(anyState(game, random)));
  const state = anyState(game, random);
  const original = saved(state);
  const hash = hashState(state, 'server');
  return {
    name: `saved/${game.name}`,
    honest,
    weight: 1,
    restore() {
      readSavedState(new ByteReader(original), game.state, state);
      if (hashState(state, 'server') !== hash) throw new Broken('an older state does not undo this one');
    },
    read(input) {
      const outcome = unlessRefused(['BAD_FRAME', 'BAD_SCHEMA', 'SCHEMA_INCOMPATIBLE'], () => {
        readSavedState(new ByteReader(input), game.state, state);
      });
      if (outcome === 'refused') {
        if (hashState(state, 'server') !== hash) throw new Broken('a saved state that was refused changed the state');
        return outcome;
      }
      const copy = createState(game.state);
      readSavedState(new ByteReader(saved(state)), game.state, copy);
      if (hashState(copy, 'server') !== hashState(state, 'server'))
        throw new Broken('a state reads otherwise once saved');
      return outcome;
    },
  };
}

/** What the gateways of text and of Socket.IO do with what comes: JSON, and then an input, a command, a message. */
function jsonDecoder(game: Game, random: SeededRandom): Decoder {
  const held = neutral(game.input);
  const kinds = [game.input, ...Object.values(game.commands)];
  const texts = [
    ...kinds.flatMap((fields) => [1, 2, 3].map(() => JSON.stringify(messageOf(fields, random)))),
    '{"type":"message","message":{"hi":[1,-0,2.5e3,null,true,"\\ud83d\\ude00"]}}',
    '{"type":"input","input":{"dir":"left"}}',
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{}},"a":1e999}',
    '[[[[[[[[]]]]]]]]',
  ];
  const codes = ['BAD_MESSAGE', 'BAD_INPUT', 'BAD_COMMAND'] as const;
  return {
    name: `json/${game.name}`,
    honest: texts.map((text) => Buffer.from(text)),
    weight: 4,
    restore: restoreNothing,
    read: (input) =>
      unlessRefused(codes, () => {
        const value = parseJson(Buffer.from(input).toString('utf8'));
        if ('polluted' in {}) throw new Broken('JSON changed what every object has');
        if (!isDeepStrictEqual(parseJson(JSON.stringify(value)), value)) {
          throw new Broken('JSON that was taken reads otherwise once written');
        }
        unlessRefused(codes, () => parseInput(game, value, held));
        for (const fields of Object.values(game.commands)) {
          unlessRefused(codes, () => {
            const message = parseMessage(fields, value, 'BAD_COMMAND');
            if (!isDeepStrictEqual(parseMessage(fields, message, 'BAD_COMMAND'), message)) {
              throw new Broken('a message that was taken is another when it is checked again');
            }
          });
        }
      }),
  };
}
