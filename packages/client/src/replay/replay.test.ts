import { ByteWriter, defineGame, record, u8 } from '@madang/core';
import { type RawRecord, RECORD, type RecordKind, recordsOf, writeRecord } from '@madang/core/journal';
import { VirtualClock } from '@madang/testing';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { film, orchard, type Truth } from './reel.test-support.ts';
import { openReplay, type Replay } from './replay.ts';

type OrchardReplay = Replay<(typeof orchard)['state'], (typeof orchard)['events']>;

const TICKS = 90;
const filmed = film(TICKS);
const RECORDINGS = [
  ['for everyone’s eyes', filmed.view],
  ['of all fields', filmed.journal],
] as const;

const open = (bytes: Uint8Array): OrchardReplay => openReplay(bytes, { game: orchard });

/** What is to be seen now, as the truth has it. */
function seen(replay: OrchardReplay): Truth {
  const { trees, weather, ground } = replay.state;
  return {
    tick: replay.tick,
    trees: [...trees].map(({ id, x, fruit }) => [id, x, fruit]),
    wind: weather.wind,
    ground: Array.from(ground.cells),
    names: [...replay.people.values()].map(({ name }) => name),
  };
}

describe.each(RECORDINGS)('a recording %s', (_, bytes) => {
  test('shows what was true at any tick that one goes to, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: TICKS }), { minLength: 1, maxLength: 12 }), (ticks) => {
        const replay = open(bytes);
        for (const tick of ticks) {
          replay.seek(tick);
          expect(seen(replay)).toEqual(filmed.truths[tick]);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('says what it is of, how long it is and how the room ended', () => {
    const replay = openReplay(bytes);
    expect(replay.about).toMatchObject({ game: 'orchard', roomId: 'room-1', tickRateHz: 20, title: { ko: '과수원' } });
    expect(replay).toMatchObject({ firstTick: 0, lastTick: TICKS, lengthSeconds: 4.5, end: 'the season is over' });
    expect(replay.torn).toBeNull();
    replay.seek(30);
    expect(replay.seconds).toBe(1.5);
    replay.seek(1e9);
    expect(replay.tick).toBe(TICKS);
    replay.seek(-5);
    expect(replay.tick).toBe(0);
  });

  test('can be held on to: state and rows are the same objects wherever one goes', () => {
    const replay = open(bytes);
    const { state } = replay;
    const tree = state.trees.get(filmed.firstTree);
    replay.seek(60);
    expect(tree?.x).toBe(60);
    const late = [...state.trees].at(-1);
    replay.seek(10);
    expect([tree?.x, replay.state]).toEqual([10, state]);
    expect(() => late?.x).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
  });

  test('goes on tick by tick, tells of events once, and back without them', () => {
    const replay = open(bytes);
    const heard: (readonly [number, string])[] = [];
    replay.on('picked', ({ by }, { tick }) => heard.push([tick, by]));
    for (let tick = 1; tick <= 30; tick++) {
      replay.step();
      expect(seen(replay)).toEqual(filmed.truths[tick]);
    }
    expect(heard).toEqual([10, 20, 30].map((tick) => [tick, '민지']));
    replay.step(-15);
    replay.seek(80);
    expect(heard).toHaveLength(3);
    replay.step(10);
    expect([replay.tick, heard.at(-1)]).toEqual([90, [90, '민지']]);
  });

  test('lists its events', () => {
    const replay = open(bytes);
    expect(replay.events.map(({ tick }) => tick)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(replay.events[0]).toEqual({ tick: 10, name: 'picked', payload: { tree: filmed.firstTree, by: '민지' } });
  });

  test('tells who is there when that is another', () => {
    const replay = open(bytes);
    const told: string[][] = [];
    const undo = replay.onPeople((people) => told.push([...people.values()].map(({ name }) => name)));
    replay.step(60);
    replay.seek(5);
    undo();
    replay.seek(60);
    expect(told).toEqual([['Ada'], ['민지']]);
    expect(replay.people.get(2)).toMatchObject({ name: 'Ada', isHost: true, isBot: false });
  });

  test('knows what a field of a row was, from one tick to another', () => {
    const replay = open(bytes);
    replay.seek(33);
    const walked = replay.history('trees', filmed.firstTree, 'x', 20, 23);
    expect(walked).toEqual([20, 21, 22, 23].map((tick) => ({ tick, value: tick })));
    expect(replay.history('weather', 1, 'wind', 0, 7)).toEqual([
      { tick: 0, value: 0 },
      { tick: 3, value: 3 },
      { tick: 6, value: 6 },
    ]);
    const grown = replay.state.trees.get([...replay.state.trees].at(-1)?.id ?? 0);
    expect(replay.history('trees', grown?.id ?? 0, 'fruit', 0, TICKS)[0]).toEqual({ tick: 0, value: undefined });
    for (const [table, field] of [
      ['trees', 'toString'],
      ['none', 'x'],
      ['ground', 'cells'],
    ] as const) {
      expect(replay.history(table, filmed.firstTree, field, 0, 3)).toEqual([{ tick: 0, value: undefined }]);
    }
    expect(replay.tick).toBe(33);
  });
});

test('everyone’s eyes do not see what is hidden, and a journal has it', () => {
  const hiddenIn = (bytes: Uint8Array): unknown => Reflect.get([...open(bytes).state.trees][0] ?? {}, 'seed');
  expect([hiddenIn(filmed.view), hiddenIn(filmed.journal)]).toEqual([undefined, 999]);
});

describe('playing', () => {
  const playing = (speed: number): { replay: OrchardReplay; clock: VirtualClock } => {
    const clock = new VirtualClock();
    const replay = openReplay(filmed.view, { game: orchard, timers: clock });
    replay.play(speed);
    return { replay, clock };
  };

  test.each([0.5, 1, 4])('goes %d times as fast as it was', (speed) => {
    const { replay, clock } = playing(speed);
    clock.advance(1_000);
    expect(replay.tick).toBeGreaterThanOrEqual(20 * speed - 1);
    expect(replay.tick).toBeLessThanOrEqual(20 * speed);
    expect(seen(replay)).toEqual(filmed.truths[replay.tick]);
    expect(replay.speed).toBe(speed);
  });

  test('tells of each tick and each event, and stands still at the end', () => {
    const { replay, clock } = playing(1);
    const heard: number[] = [];
    let last = 0;
    replay.on('picked', (_, { tick }) => heard.push(tick));
    replay.onState((tick) => {
      last = tick;
    });
    clock.advance(6_000);
    expect([replay.tick, replay.speed, last]).toEqual([TICKS, 0, TICKS]);
    expect(heard).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
  });

  test('stops when it is told to, also by who hears of a tick', () => {
    const { replay, clock } = playing(1);
    replay.onState((tick) => {
      if (tick === 7) replay.pause();
    });
    clock.advance(2_000);
    expect([replay.tick, replay.speed]).toEqual([7, 0]);
    replay.play();
    clock.advance(500);
    expect(replay.tick).toBeGreaterThan(15);
    expect(() => replay.play(0)).toThrow(RangeError);
  });
});

describe('a game', () => {
  test('makes it typed', () => {
    const replay = open(filmed.view);
    expectTypeOf(replay.state.weather.wind).toEqualTypeOf<number>();
    replay.on('picked', ({ by }) => expectTypeOf(by).toEqualTypeOf<string>());
    // @ts-expect-error there is no such event
    replay.on('planted', () => {});
  });

  test.each([
    ['another game', defineGame({ ...orchard, name: 'garden' })],
    ['another state', defineGame({ ...orchard, state: { ...orchard.state, extra: record({ mood: u8 }) } } as never)],
    ['other events', defineGame({ ...orchard, events: { picked: {} } } as never)],
  ])('that is %s is refused', (_, game) => {
    expect(() => openReplay(filmed.view, { game: game as never })).toThrow(
      expect.objectContaining({ code: 'SCHEMA_MISMATCH' }),
    );
  });
});

/** Another record in place of this one: of other bytes, of other text, or with one bit flipped. Its checksum is right. */
function spoiled(
  { kind, body }: RawRecord,
  change: { readonly kind: RecordKind; readonly body: Uint8Array | string; readonly flip: number },
): { readonly kind: RecordKind; readonly body: Uint8Array } {
  if (typeof change.body === 'string') return { kind, body: new TextEncoder().encode(`\u0010${change.body}`) };
  if (change.flip % 2 === 0) return { kind: change.kind, body: change.body };
  const flipped = body.slice();
  const at = (change.flip >> 3) % flipped.length;
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (change.flip & 7));
  return { kind, body: flipped };
}

describe('what cannot be read', () => {
  test('is refused where it has no beginning', () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(100), filmed.view.subarray(0, 50)]) {
      expect(() => openReplay(bytes)).toThrow(expect.objectContaining({ code: 'BAD_RECORDING' }));
    }
  });

  test('ends the recording where it stops or is spoiled, and what is before is good', () => {
    fc.assert(
      fc.property(fc.constantFrom(filmed.view, filmed.journal), fc.nat(), fc.nat(8), (bytes, where, bit) => {
        const at = where % bytes.length;
        const other = bit === 8 ? bytes.slice(0, at) : bytes.slice();
        if (bit < 8) other[at] = (other[at] ?? 0) ^ (1 << bit);
        let replay: OrchardReplay;
        try {
          replay = open(other);
        } catch (problem) {
          expect(problem).toMatchObject({ code: 'BAD_RECORDING' });
          return;
        }
        const isAtRecord = bit === 8 && [...recordsOf(bytes)].some(({ end }) => end === at);
        expect(replay.torn === null).toBe(isAtRecord);
        replay.seek(replay.lastTick);
        const { tick, ...what } = seen(replay);
        const { tick: _, names, ...truth } = filmed.truths[tick] ?? filmed.truths[0] ?? { tick: 0, names: [] };
        // Who is there comes behind the state of a tick, and may be cut off.
        expect({ ...what, names }).toEqual({ ...truth, names });
      }),
      { numRuns: 300 },
    );
  });

  test('does no more harm than that, whatever somebody wrote into it', () => {
    const records = [filmed.view, filmed.journal].map((bytes) => [...recordsOf(bytes)]);
    fc.assert(
      fc.property(
        fc.constantFrom(...records),
        fc.array(
          fc.record({
            at: fc.nat(400),
            kind: fc.constantFrom(...Object.values(RECORD)),
            body: fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.constantFrom('', '{}', '[]', '{"eyes":{"seat":-1}}')),
            flip: fc.nat(999),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        (all, changes) => {
          const out = new ByteWriter();
          for (const [index, record] of all.entries()) {
            const change = changes.find(({ at }) => at % all.length === index);
            const { kind, body } = change === undefined ? record : spoiled(record, change);
            writeRecord(out, kind, (to) => to.append(body));
          }
          try {
            const replay = openReplay(out.take());
            for (const share of [1, 0.3, 0.8]) replay.seek(replay.lastTick * share);
            replay.step(30);
            expect(replay.events.length).toBeLessThan(100);
            for (const { name } of replay.people.values()) expect(typeof name).toBe('string');
          } catch (problem) {
            expect(problem).toMatchObject({ code: 'BAD_RECORDING' });
          }
        },
      ),
      { numRuns: 600 },
    );
  });

  test('ends the recording also where checksums are right and frames are not', () => {
    const out = new ByteWriter();
    for (const { kind, body } of recordsOf(filmed.view)) {
      const isSpoiled = kind === RECORD.FRAME && body[0] === 60;
      writeRecord(out, kind, (to) => to.append(isSpoiled ? Uint8Array.of(60, 66, 60, 200) : body));
    }
    const replay = open(out.take());
    expect([replay.lastTick, replay.torn]).toEqual([TICKS, null]);
    replay.seek(70);
    expect(replay.torn).toMatch(/cannot be read/u);
    expect(seen(replay)).toEqual(filmed.truths[59]);
    expect([replay.lastTick, replay.end]).toEqual([59, null]);
    replay.seek(12);
    expect(seen(replay)).toEqual(filmed.truths[12]);
    expect(replay.history('trees', filmed.firstTree, 'x', 58, 70)).toHaveLength(2);
  });
});
