/** Rooms that are hard to go on with: what players and authors put into them, and when they were left. */
import { defineGame, type Game, type JsonValue, json, record, refuse, request, text, u16 } from '@madang/core';
import { expect, test } from 'vitest';
import { Witness } from '../room/room.test-support.ts';
import type { RoomsOptions } from '../room/rooms.ts';
import { ask, tokenOf } from '../room/shop.test-support.ts';
import { memoryJournal, node, pass, town } from './journal.test-support.ts';

const desk = defineGame({
  name: 'desk',
  tickRateHz: 10,
  seats: 4,
  durability: 'strict',
  recordings: 'keep-with-inputs',
  spectators: 4,
  spectatorDelayMs: 3_000,
  state: { world: record({ done: u16, ticks: u16 }) },
  input: {},
  commands: {
    echo: request({ value: json(4_096) }, { value: json(4_096) }),
    count: request({}, { done: u16 }),
    no: request({}, {}),
    end: request({}, {}),
  },
  step(room) {
    room.state.world.ticks += 1;
  },
  on: {
    echo: (_room, _seat, { value }) => ({ value }),
    count(room) {
      room.state.world.done += 1;
      return { done: room.state.world.done };
    },
    no: () => refuse('cut 😀'.slice(0, -1)),
    end(room) {
      room.close('it is over');
      return {};
    },
  },
}) as unknown as Game;

async function played(game: Game = desk) {
  const journal = memoryJournal();
  const first = await node(game, journal);
  const ann = first.join({ name: 'Ann' });
  await pass(first, 300);
  const next = async (version: Game = game, seed = 9) => {
    await first.feed.flush(1_000);
    first.feed.stop();
    const other = await node(version, journal, { seed });
    const back = other.join({ way: 'return', room: tokenOf(ann.witness) });
    await pass(other, 200);
    return { ...other, back };
  };
  return { journal, first, ann, next };
}

function nested(depth: number): JsonValue {
  let value: JsonValue = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

test('whatever a player may say, and however an author cuts a sentence, the room can be gone on with', async () => {
  const { first, ann, next } = await played();
  ask(ann.seat, 1, 'echo', { value: nested(31) });
  ask(ann.seat, 2, 'no', {});
  await pass(first, 300);
  expect(ann.witness.answers.map(({ answer }) => answer.kind)).toEqual(['reply', 'refusal']);
  const { back } = await next();
  expect(back.witness.welcomed).toMatchObject({ heard: 2 });
});

test('an answer that a newer version gives in another form does not stop the room: it says that it was done', async () => {
  const { first, ann, next } = await played();
  ask(ann.seat, 1, 'count', {});
  await pass(first, 300);
  const newer = { ...desk, commands: { ...desk.commands, count: request({}, { done: u16, by: text(32) }) } } as Game;
  const { back } = await next(newer);
  ask(back.seat, 1, 'count', {});
  expect(back.witness.answers).toMatchObject([{ number: 1, answer: { kind: 'refusal', error: { code: 'REFUSED' } } }]);
});

test('a key is known in the next process for as long as it would have been in this one', async () => {
  const { first, ann, next } = await played();
  ask(ann.seat, 1, 'count', {}, 'pay');
  for (let number = 2; number < 67; number++) {
    ask(ann.seat, number, 'echo', { value: number });
    await pass(first, 110);
  }
  first.rooms.stop();
  const { back, room } = await next();
  ask(back.seat, 67, 'count', {}, 'pay');
  expect(back.witness.answers).toMatchObject([{ number: 67, answer: { reply: { done: 1 } } }]);
  expect(room.state.view).toMatchObject({ world: { done: 1 } });
});

test('a room that its rules have ended ends in the next process, where this one did not live to see it', async () => {
  const { first, ann, journal } = await played();
  const commit = journal.commit.bind(journal);
  const seen = { ends: 0 };
  journal.commit = async (what) => {
    seen.ends += what.ends.length;
    return what.ends.length > 0 ? new Promise(() => {}) : commit(what);
  };
  ask(ann.seat, 1, 'end', {});
  await pass(first, 400);
  expect([ann.witness.ended?.code, seen.ends]).toEqual(['ROOM_CLOSED', 1]);
  journal.commit = commit;
  first.feed.stop();
  const other = await node(desk, journal, { seed: 9 });
  expect(other.rooms.all.length).toBe(1);
  await pass(other, 300);
  expect([other.rooms.all, await journal.unfinished()]).toEqual([[], []]);
});

test('who watches late sees nothing of a room that was just gone on with before it is old enough', async () => {
  const { next } = await played();
  const other = await next();
  const eve = new Witness();
  other.rooms.join({ isSpectator: true }, eve);
  const { tick } = other.room;
  await pass(other, 2_500);
  expect(eve.ticks).toEqual([]);
  await pass(other, 2_000);
  expect(Math.min(...eve.ticks)).toBeGreaterThanOrEqual(3);
  expect(Math.max(...eve.ticks)).toBeLessThanOrEqual(other.room.tick - 30);
  expect((eve.state as { world: { ticks: number } }).world.ticks).toBeLessThanOrEqual(other.room.tick - 30);
  expect(other.room.tick).toBeGreaterThan(tick);
});

test('rooms that begin together write their snapshots apart', async () => {
  const { game } = town({ recordings: 'none' });
  const journal = memoryJournal();
  const made = await node(game, journal, { maxRooms: 100 });
  for (let opened = 0; opened < 20; opened++) made.rooms.open(game);
  const at: number[] = [];
  const commit = journal.commit.bind(journal);
  journal.commit = (what) => {
    for (const { isSnapshot, tick } of what.entries) if (isSnapshot && tick > 0) at.push(tick);
    return commit(what);
  };
  await pass(made, 1_300);
  expect(new Set(at).size).toBeGreaterThan(5);
});

test('what a room reported of its match is told again in the next process, until it is kept', async () => {
  const { game } = town({
    durability: 'strict',
    step: ((room: { report(places: unknown): void; seats: readonly unknown[] }, { tick }: { tick: number }) => {
      if (tick === 3) room.report([[room.seats]]);
    }) as unknown as NonNullable<Game['step']>,
  });
  const journal = memoryJournal();
  const told: unknown[] = [];
  const reported: RoomsOptions['reported'] = (_room, places) => void told.push(places);
  const first = await node(game, journal, { reported });
  first.join({ name: 'Ann', user: { id: 'ann', name: null, roles: [] } });
  await pass(first, 600);
  await first.feed.flush(1_000);
  const second = await node(game, journal, {
    reported: (room, places) => {
      told.push(places);
      room.reportKept();
    },
  });
  await pass(second, 300);
  await second.feed.flush(1_000);
  await node(game, journal, { reported });
  const places = [[[null, 'ann']]];
  expect(told).toEqual([places, places]);
});
