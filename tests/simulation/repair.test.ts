/**
 * What checksums are for, through the whole stack in virtual time: a copy that went wrong by no fault of the frames is
 * noticed, named in the server's log by its first wrong place, and replaced.
 */
import { connect, type Link, type OpenLink } from '@madang/client';
import {
  ByteReader,
  byTeam,
  decodeClientFrame,
  defineGame,
  type Game,
  grid,
  isJoin,
  near,
  seededRandom,
  type TableStore,
  table,
  text,
  u8,
  u16,
  u32,
} from '@madang/core';
import { createServer } from '@madang/server';
import { ParticipantClock, SeededNetwork, VirtualClock } from '@madang/testing';
import pino from 'pino';
import { describe, expect, test } from 'vitest';

const CHECKSUM_EVERY = 5;
const fields = { x: u16, y: u16, team: u8, name: text(20), purse: u32.visibleTo('owner'), plan: u32.visibleTo('team') };

const definition = {
  name: 'garden',
  tickRateHz: 10,
  seats: 4,
  state: {
    people: table(fields, { team: 'team' }),
    birds: table(fields, { team: 'team' }),
    beds: grid({ width: 9, height: 9, of: u8 }),
  },
  input: {},
  avatars: 'people',
} as const;

const busy = defineGame({
  ...definition,
  create(room) {
    for (let i = 0; i < 5; i++) room.state.birds.add({ x: 20 * i, team: 1, plan: 5, name: 'wren' });
  },
  join(room, seat) {
    seat.team = 1;
    room.state.people.add({ x: 40, team: 1, purse: 1_000, plan: 77, name: seat.name }, { owner: seat });
  },
  step(room, { tick }) {
    for (const bird of room.state.birds) bird.y = tick % 50;
  },
});
const choosy = defineGame({
  ...busy,
  name: 'choosy',
  interest: { birds: near({ x: 'x', y: 'y', radius: 500 }), people: byTeam },
});
const still = defineGame({ ...busy, name: 'still', step() {} });

/** One player, and its copy of the state laid open. */
async function play(game: typeof busy) {
  const clock = new VirtualClock();
  const network = new SeededNetwork({ clock, seed: 1, conditions: { roundTripMs: 40 } });
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const games: readonly Game[] = [game as unknown as Game];
  const random = seededRandom(1);
  const transport = network.transport();
  const server = createServer({ games, clock, transport, random, log, checksumEvery: CHECKSUM_EVERY });
  await server.start();
  const asked: string[] = [];
  const way = network.client('Ann');
  const openLink: OpenLink = (url, on): Link => {
    const link = way.openLink(url, on);
    const send = (frame: Uint8Array): void => {
      const kind = isJoin(frame) ? 'join' : decodeClientFrame(game, new ByteReader(frame)).kind;
      // Signs of life go out whatever happens.
      if (kind !== 'join' && kind !== 'input') asked.push(kind);
      link.send(frame);
    };
    return { send, close: () => link.close() };
  };
  const timers = new ParticipantClock(clock);
  const joining = connect('ws://garden', { openLink, timers }).join(game, { name: 'Ann' });
  await clock.advanceAsync(450);
  const player = await joining;
  const room = server.rooms.get(player.id);
  if (room === undefined) throw new Error('the room is gone');
  const { people, birds } = player.state as unknown as { people: TableStore; birds: TableStore };
  const agrees = (): boolean => player.hash() === room.hashFor(player.seat);
  const end = async (): Promise<void> => {
    const stopped = server.stop();
    await clock.advanceAsync(5_000);
    await stopped;
  };
  return { clock, end, room, player, people, birds, logged, asked, agrees };
}

type Played = Awaited<ReturnType<typeof play>>;

/** Overwrites a value as no frame would. */
function spoil(rows: TableStore, name: string, place: number, value: unknown): void {
  const column = rows.columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`there is no column ${name}`);
  column.data[place] = value as never;
}

const CORRUPTIONS: readonly (readonly [string, (game: Played) => void, object])[] = [
  ['a number', ({ birds }) => spoil(birds, 'x', 3, 9), { table: 'birds', row: 3, field: 'x' }],
  ['a text', ({ birds }) => spoil(birds, 'name', 2, 'owl'), { table: 'birds', row: 2, field: 'name' }],
  ['an owner', ({ birds }) => spoil(birds, 'owner', 1, 4), { table: 'birds', row: 1, field: 'owner' }],
  ['one’s own secret', ({ people }) => spoil(people, 'purse', 1, 1), { table: 'people', row: 1, field: 'purse' }],
  ['a secret that was forgotten', ({ birds }) => birds.revoke(4), { table: 'birds', row: 4, field: 'plan' }],
  ['a row too many', ({ birds }) => birds.occupy(6, 0), { table: 'birds', row: 6, field: '' }],
  ['a cell', ({ player }) => void Object.assign(player.state.beds.cells, { 80: 7 }), { table: 'beds', row: 80 }],
];

describe.each([
  ['where all see all', busy],
  ['where players see what is of interest', choosy],
  ['where nothing moves', still],
])('a copy that went wrong, %s,', (_, game) => {
  test.each(CORRUPTIONS)('by %s is noticed, named in the log and right again', async (__, corrupt, at) => {
    const made = await play(game as typeof busy);
    const { clock, end, player, room, logged, asked, agrees } = made;
    expect(agrees()).toBe(true);
    corrupt(made);
    expect(agrees()).toBe(false);
    // Where nothing moves, each fortieth checksum is sent.
    await clock.advanceAsync(40 * 100 * CHECKSUM_EVERY + 1_000);
    expect(agrees()).toBe(true);
    expect(asked).toEqual(['repair', 'diverged']);
    expect(logged).toEqual([expect.objectContaining({ room: room.id, seat: player.seat, ...at })]);
    // No line of the log tells what stands in the fields.
    expect(JSON.stringify(logged)).not.toMatch(/wren|owl/);
    await end();
  });
});

test('a copy that lacks a row is replaced at the first change of that row, without waiting for a checksum', async () => {
  const { clock, end, birds, asked, agrees } = await play(busy);
  birds.vacate(5);
  await clock.advanceAsync(200);
  expect([asked, agrees()]).toEqual([['repair'], true]);
  await end();
});

test('a copy that is right is left alone, whatever it is sent', async () => {
  const { clock, end, logged, asked, agrees } = await play(busy);
  for (let second = 0; second < 60; second++) {
    await clock.advanceAsync(1_000);
    expect(agrees()).toBe(true);
  }
  expect([asked, logged]).toEqual([[], []]);
  await end();
});
