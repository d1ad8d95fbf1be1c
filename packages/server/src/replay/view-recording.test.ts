/** What is seen in recordings by whom. Who may see what is computed by the audience of live play, which asks no product code. */
import {
  createState,
  defineGame,
  type Game,
  hashState,
  type JsonObject,
  record,
  type ServerFrame,
  type StateStore,
  seededRandom,
  table,
  text,
  toJson,
  u8,
} from '@madang/core';
import { adopt } from '@madang/core/codec';
import { describeSchema, schemaOf } from '@madang/core/journal';
import { describe, expect, test } from 'vitest';
import { anyGame, doAnything, SEATS, tokensInFrame } from '../replication/any-game.test-support.ts';
import { Audience, Watcher } from '../replication/audience.test-support.ts';
import { CANARY, collected, eventFor, JournalMaker, seatFact, watch } from './journal.test-support.ts';
import { viewRecording } from './view-recording.ts';
import type { RecordingEyes } from './witness.ts';

/** A tenth of a millisecond passes with each look, so that stretches end. */
function clock(): () => number {
  let now = 0;
  return () => (now += 0.1);
}

const view = (entries: readonly Uint8Array[], eyes: RecordingEyes, game: Game | null): Promise<Uint8Array> =>
  collected(viewRecording(entries, eyes, { game, nowMs: clock() }));

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** A game whose tables are told whenever they changed: recordings know no other pace. */
function paced(game: Game): Game {
  return { ...game, state: schemaOf(JSON.parse(JSON.stringify(describeSchema(game.state)))) } as Game;
}

/** A seat that owns nothing and is on no team: what it sees where nothing is told in parts is what everyone sees. */
const STRANGER = 99;

const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);

describe('a view of a recording', () => {
  test.each(SEEDS)('holds at each tick what these eyes may see, and never a byte more (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    // Who watches sees all rows; where nobody may, nobody sees those that were told in part.
    const spectators = seed % 2 === 0 ? 4 : 0;
    const game = { ...paced(anyGame(random)), spectators } as Game;
    const audience = new Audience(game);
    const plain = { ...game, interest: {} } as Game;
    const inPart = Object.entries(game.interest ?? {}).filter(([, rule]) => (rule as { kind?: string }).kind !== 'all');
    const hide = (state: StateStore): void => {
      for (const [name] of spectators > 0 ? [] : inPart) {
        const rows = state.table(name);
        for (const row of [...rows]) rows.remove(row);
      }
    };
    const teams = Array.from({ length: SEATS + 1 }, () => random.below(3));
    const seats = [1, 2, 3].map((number) => ({ number, team: teams[number] ?? 0 }));
    const watchers = seats.map((seat) => new Watcher(audience, seat, true));
    // Those who watch are told of all rows: another audience of the same state.
    const gallery = new Audience(plain);
    const nobody = new Watcher(gallery, { number: STRANGER, team: 0 }, true);
    const facts = Object.fromEntries(
      seats.map((seat) => [`seat ${seat.number}`, seatFact(seat.number, { team: seat.team })]),
    );
    const journal = new JournalMaker(game, audience.state, facts);
    const expected = new Map<string, JsonObject | string>();
    const take = (tick: number): void => {
      for (const watcher of watchers) {
        audience.take(watcher);
        expected.set(`${watcher.seat.number} at ${tick}`, toJson(watcher.mirror.store, watcher.seat.number));
      }
      gallery.take(nobody);
      expected.set(`${STRANGER} at ${tick}`, toJson(nobody.mirror.store, STRANGER));
      expected.set(`all at ${tick}`, hashState(audience.state, 'server'));
    };
    take(0);
    for (let tick = 1; tick <= 60; tick++) {
      for (let deeds = random.below(6); deeds > 0; deeds--) doAnything(audience.state, random);
      adopt(gallery.state, audience.state);
      hide(gallery.state);
      journal.tick(tick);
      if (random.chance(0.1)) journal.snapshot(tick);
      audience.publish();
      gallery.publish();
      take(tick);
    }
    journal.end(60, 'over');

    for (const { seat, allowed } of [...watchers, nobody]) {
      const bytes = await view(journal.entries, { seat: seat.number === STRANGER ? 0 : seat.number }, game);
      expect(tokensInFrame(bytes).filter((token) => !allowed.has(token))).toEqual([]);
      expect(textOf(bytes)).not.toContain(CANARY);
      let ticks = 0;
      const { end } = watch(bytes, (tick, { store }) => {
        ticks++;
        expect(toJson(store, seat.number)).toEqual(expected.get(`${seat.number} at ${tick}`));
      });
      expect(end).toBe('over');
      expect(ticks).toBeGreaterThan(20);
    }
    const open = await view(journal.entries, 'all', game);
    watch(open, (tick, { store }) => expect(hashState(store, 'server')).toBe(expected.get(`all at ${tick}`)));
    expect(textOf(open)).not.toContain(CANARY);
  });
});

const cards = defineGame({
  name: 'cards',
  tickRateHz: 10,
  seats: 4,
  state: {
    hands: table({ cards: text(20).visibleTo('owner'), plan: text(20).visibleTo('team'), side: u8 }, { team: 'side' }),
    deck: record({ top: text(20).visibleTo('nobody'), turn: u8 }),
  },
  input: {},
  events: { dealt: { card: text(20) } },
}) as unknown as Game;

/** What is in a view at its ticks, as text. */
function texts(bytes: Uint8Array): {
  readonly told: string;
  readonly frames: readonly (readonly [number, ServerFrame])[];
} {
  const frames: (readonly [number, ServerFrame])[] = [];
  watch(bytes, (tick, _, all) => frames.push(...all.map((frame) => [tick, frame] as const)));
  return { told: textOf(bytes), frames };
}

/** Ada has seat 1 and goes; Ben has seat 2 and then seat 1, which Ada had; Cho comes to seat 2. */
function cardRoom(): JournalMaker {
  const state = createState(cards.state);
  const hands = state.table('hands');
  const ada = hands.add({ cards: 'adas card', plan: 'adas plan', side: 1 } as never, { owner: { number: 1 } });
  const sitting = (number: number, ref: number, name: string, team: number) =>
    seatFact(number, { ref, name, user: `${CANARY} ${name}`, team });
  const journal = new JournalMaker(cards, state, {
    host: 1,
    'seat 1': sitting(1, 1, 'Ada', 1),
    'seat 2': sitting(2, 2, 'Ben', 2),
  });
  hands.add({ cards: 'bens card', plan: 'bens plan', side: 2 } as never, { owner: { number: 2 } });
  Object.assign(state.view.deck ?? {}, { top: 'top of the deck', turn: 1 });
  const dealt = (to: number, tick: number, card: string) => eventFor(cards, to, tick, 'dealt', { card });
  journal.tick(1, null, [dealt(1, 1, 'adas draw'), dealt(2, 1, 'bens draw'), dealt(0, 1, 'open draw')]);
  hands.remove(ada);
  journal.tick(2, { 'seat 1': null, 'seat 2': null, host: 3, 'seat 3': sitting(3, 3, 'Dora', 0) });
  hands.add({ cards: 'second hand', plan: 'second plan', side: 2 } as never, { owner: { number: 1 } });
  journal.tick(3, { 'seat 1': sitting(1, 4, 'Ben', 2), 'seat 2': sitting(2, 5, 'Cho', 0) }, [
    dealt(1, 3, 'welcome, Ben'),
  ]);
  journal.tick(4, null, [dealt(1, 4, 'late draw')]);
  journal.snapshot(4);
  // Somebody goes, and another one comes, within one tick: what was for the former is not for the latter.
  journal.tick(5, { 'seat 1': sitting(1, 6, 'Eve', 0) }, [dealt(1, 5, 'bens last draw')]);
  journal.end(5, 'over');
  return journal;
}

describe('what a user may see again', () => {
  const viewOf = async (user: string) => texts(await view(cardRoom().entries, { user: `${CANARY} ${user}` }, cards));

  test('is what it could see while it sat there, and not what the next one on that seat saw', async () => {
    const ada = await viewOf('Ada');
    expect(ada.told).toContain('adas card');
    expect(ada.told).toContain('adas plan');
    for (const secret of ['bens card', 'bens plan', 'second hand', 'second plan', 'top of the deck']) {
      expect(ada.told).not.toContain(secret);
    }
    const dealt = ada.frames.flatMap(([tick, frame]) => (frame.kind === 'event' ? [[tick, frame.payload.card]] : []));
    expect(dealt).toEqual([
      [1, 'adas draw'],
      [1, 'open draw'],
    ]);
  });

  test('follows it from seat to seat', async () => {
    const ben = await viewOf('Ben');
    for (const own of ['bens card', 'bens plan', 'second hand', 'second plan', 'welcome, Ben', 'late draw']) {
      expect(ben.told).toContain(own);
    }
    expect(ben.told).not.toContain('adas');
  });

  test('begins when it came, also within the tick in which somebody else went', async () => {
    const [cho, eve] = [await viewOf('Cho'), await viewOf('Eve')];
    expect(cho.told).not.toContain('bens draw');
    expect(cho.told).not.toContain('welcome, Ben');
    // Seat 1 is hers by now, and with it the row that is seat 1's; what was said to Ben is not.
    expect(eve.told).not.toContain('bens last draw');
    expect(eve.told).not.toContain('late draw');
  });

  test('is what everyone saw for somebody who was never there', async () => {
    const [stranger, everyone] = [await viewOf('nobody'), texts(await view(cardRoom().entries, { seat: 0 }, cards))];
    expect(stranger.frames).toEqual(everyone.frames);
    for (const secret of ['adas', 'bens', 'second', 'top of', 'welcome', 'late draw', CANARY]) {
      expect(everyone.told).not.toContain(secret);
    }
    expect(everyone.told).toContain('open draw');
  });

  test('has the names of who was there, and neither their ids nor their tokens', async () => {
    for (const eyes of ['all', { seat: 0 }, { seat: 2 }] as const) {
      const { told, frames } = texts(await view(cardRoom().entries, eyes, cards));
      const people = frames.flatMap(([, frame]) =>
        frame.kind === 'people' ? [frame.here.map(({ name }) => name)] : [],
      );
      expect(people).toEqual([['Ada', 'Ben'], ['Dora'], ['Ben', 'Cho', 'Dora'], ['Eve', 'Cho', 'Dora']]);
      expect(told).not.toContain(CANARY);
    }
  });
});

test('a view begins anew where the room went on with another version of its game', async () => {
  const before = createState(cards.state);
  before.table('hands').add({ cards: 'old' } as never, { owner: { number: 1 } });
  const first = new JournalMaker(cards, before);
  const newer = defineGame({
    ...cards,
    state: { ...cards.state, extra: record({ mood: u8 }) },
  } as never) as unknown as Game;
  const after = createState(newer.state);
  Object.assign(after.view.extra ?? {}, { mood: 7 });
  const second = new JournalMaker(newer, after, {}, { epoch: 2 });
  second.tick(1);
  const seen: JsonObject[] = [];
  watch(await view([...first.entries, ...second.entries], { seat: 0 }, newer), (_, { store }) =>
    seen.push(toJson(store, 0)),
  );
  expect(seen[0]).not.toHaveProperty('extra');
  expect(seen.at(-1)).toMatchObject({ extra: { mood: 7 } });
});

test('what is spoiled in the middle of a recording is left out, up to the next whole state', async () => {
  const state = createState(cards.state);
  const deck = state.view.deck as unknown as { turn: number };
  const journal = new JournalMaker(cards, state);
  for (let tick = 1; tick <= 9; tick++) {
    deck.turn = tick;
    journal.tick(tick);
    if (tick === 6) journal.snapshot(tick);
  }
  const spoiled = journal.entries[4];
  if (spoiled !== undefined) spoiled[20] = (spoiled[20] ?? 0) ^ 1;
  const seen: (readonly [number, unknown])[] = [];
  watch(await view(journal.entries, { seat: 0 }, cards), (tick, { store }) => {
    seen.push([tick, toJson(store, 0).deck]);
  });
  expect(seen).toEqual([0, 1, 2, 3, 6, 7, 8, 9].map((tick) => [tick, { turn: tick }]));
  expect(await view([new Uint8Array(40)], { seat: 0 }, cards)).toHaveLength(0);
});

test('others have their turn while a long recording is read', async () => {
  const state = createState(cards.state);
  const deck = state.view.deck as unknown as { turn: number };
  const journal = new JournalMaker(cards, state);
  for (let tick = 1; tick <= 400; tick++) {
    deck.turn = tick % 200;
    journal.tick(tick);
  }
  let turns = 0;
  let isOver = false;
  const others = (): void => {
    turns++;
    if (!isOver) setImmediate(others);
  };
  others();
  await view(journal.entries, 'all', cards);
  isOver = true;
  // A look takes a tenth of a millisecond here, and a stretch two.
  expect(turns).toBeGreaterThanOrEqual(9);
});
