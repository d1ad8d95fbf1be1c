/**
 * Our side of the encoding bench: a room's state and its replication, as a room drives them.
 *
 * With views every viewer owns a mover and sees what is near it. Unlike the peer's, these views are always moving: finding
 * out who is near is part of `encode`, also in the cases in which the peer's views stay as they began.
 */
import { angle, createState, defineGame, type Game, near, quantized, type Row, table } from '@madang/core';
import { Replication, type SeatView } from '@madang/server/replication';
import type { CaseOptions, Encoder } from './encoder.ts';
import type { Views } from './views.ts';
import { at, HEADINGS, QUANTA_MAX, type World } from './world.ts';

/** Rows leave a little further away than they enter; the bench counts a row as visible up to where it enters. */
const LEAVE_FACTOR = 1.05;
const RADIANS = (2 * Math.PI) / HEADINGS;

export function createOurs({ world, views, moving }: CaseOptions): Encoder {
  const { fields, game } = gameOf(world, views);
  const state = createState({ movers: table(fields, { maxRows: world.rows }) });
  const replication = new Replication({
    game,
    state,
    checksumEvery: 0,
    failed(problem) {
      throw problem;
    },
  });
  const owners = new Map(
    Array.from({ length: views?.viewers ?? 0 }, (_, viewer) => [views?.moverOf(viewer), viewer + 1]),
  );
  const rows: Row<typeof fields>[] = [];
  for (let row = 0; row < world.rows; row++) {
    const owner = owners.get(row);
    rows.push(state.view.movers.add({}, owner === undefined ? {} : { owner: { number: owner } }));
  }
  writeRows(world, rows, world.rows);
  const seats: readonly SeatView[] = Array.from({ length: views?.viewers ?? 1 }, (_, viewer) =>
    replication.viewFor({ number: viewer + 1, team: 0 }),
  );
  let tick = 0;
  return {
    mutate() {
      writeRows(world, rows, world.movers);
      if (moving) views?.follow({ entered: () => {}, left: () => {} });
    },
    follow() {},
    encode() {
      replication.publish(++tick);
      let bytes = 0;
      for (const seat of seats) bytes += seat.frame()?.length ?? 0;
      return bytes;
    },
  };
}

function gameOf(world: World, views: Views | null) {
  const position = quantized({ min: 0, max: QUANTA_MAX * world.quantum, step: world.quantum });
  const fields = { x: position, y: position, heading: angle({ bits: 8 }) };
  const definition = {
    name: 'movers',
    tickRateHz: 20,
    seats: Math.max(1, views?.viewers ?? 1),
    state: { movers: table(fields, { maxRows: world.rows }) },
    input: {},
    avatars: 'movers',
  } as const;
  if (views === null) return { fields, game: defineGame(definition) as Game };
  const radius = views.radius * world.quantum;
  const movers = near({ x: 'x', y: 'y', radius, leave: radius * LEAVE_FACTOR });
  return { fields, game: defineGame({ ...definition, interest: { movers } }) as Game };
}

interface MoverRow {
  x: number;
  y: number;
  heading: number;
}

function writeRows(world: World, rows: readonly MoverRow[], count: number): void {
  for (let row = 0; row < count; row++) {
    const mover = rows[row] as MoverRow;
    mover.x = at(world.x, row) * world.quantum;
    mover.y = at(world.y, row) * world.quantum;
    mover.heading = at(world.heading, row) * RADIANS;
  }
}
