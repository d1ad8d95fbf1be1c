/** A small room, played by a script, as a journal and as what everyone's eyes were told of it. */
import {
  ByteWriter,
  createState,
  defineGame,
  encodeEvent,
  encodePeople,
  type Game,
  grid,
  type JsonObject,
  record,
  type StateStore,
  table,
  text,
  u8,
  u16,
  writeDeltaHead,
  writeNoGrants,
  writeSavedState,
  writeSnapshot,
  writeSnapshotHead,
} from '@madang/core';
import { Publication } from '@madang/core/codec';
import {
  describeFields,
  describeSchema,
  openSchema,
  peopleIn,
  RECORD,
  StateRecorder,
  writeInputs,
  writeRandom,
  writeRecord,
  writeTick,
} from '@madang/core/journal';

export const orchard = defineGame({
  name: 'orchard',
  title: { en: 'Orchard', ko: '과수원' },
  tickRateHz: 20,
  seats: 4,
  state: {
    trees: table({ x: u16, y: u16, fruit: u8, name: text(12), seed: u16.visibleTo('nobody') }),
    weather: record({ wind: u8 }),
    ground: grid({ width: 8, height: 4, of: u8 }),
  },
  input: {},
  events: { picked: { tree: u16, by: text(20) }, rained: {} },
});

type OrchardState = StateStore<(typeof orchard)['state']>;

/** What is true at a tick, for everyone's eyes. */
export interface Truth {
  readonly tick: number;
  readonly trees: readonly (readonly [id: number, x: number, fruit: number])[];
  readonly wind: number;
  readonly ground: readonly number[];
  readonly names: readonly string[];
}

export interface Filmed {
  /** All fields, for operators. */
  readonly journal: Uint8Array;
  /** For everyone's eyes. */
  readonly view: Uint8Array;
  readonly truths: readonly Truth[];
  readonly firstTree: number;
}

/** Plays so many ticks: a tree walks, others grow and fall, somebody comes and goes. Snapshots every 25 ticks. */
export function film(ticks: number): Filmed {
  const state: OrchardState = createState(orchard.state);
  const { trees, weather, ground } = state.view;
  const first = trees.add({ x: 0, y: 5, name: '감나무', seed: 999 });
  const publication = new Publication(state);
  const recorder = new StateRecorder(orchard.state, state as StateStore);
  publication.publish();
  const [journal, view] = [new ByteWriter(), new ByteWriter()];
  let facts: JsonObject = { host: 1, 'seat 1': sitting(1, '민지') };
  let baseTick = 0;
  const truths: Truth[] = [];

  const snapshot = (tick: number): void => {
    writeRecord(journal, RECORD.HEAD, (out) => out.text(JSON.stringify(headOf(orchard as unknown as Game))));
    writeRecord(journal, RECORD.SNAPSHOT, (out) => {
      out.varint(tick);
      out.text(JSON.stringify(facts));
      writeRandom(out, [1, 2, 3, 4]);
      writeInputs(out, [], {});
      writeSavedState(out, openSchema(orchard.state), state as StateStore);
    });
    frame(tick, (out) => {
      writeSnapshotHead(out, tick);
      writeSnapshot(out, state, { seat: 0, team: 0, rowsOf: () => null });
      writeNoGrants(out);
    });
    people(tick);
  };
  const frame = (tick: number, write: (out: ByteWriter) => void): void => {
    writeRecord(view, RECORD.FRAME, (out) => {
      out.varint(tick);
      write(out);
    });
  };
  const people = (tick: number): void => {
    frame(tick, (out) => out.append(encodePeople({ isWhole: true, here: peopleIn(facts), gone: [] })));
  };
  const isTrue = (tick: number): void => {
    truths.push({
      tick,
      trees: [...trees].map(({ id, x, fruit }) => [id, x, fruit]),
      wind: weather.wind,
      ground: Array.from(ground.cells),
      names: peopleIn(facts).map(({ name }) => name),
    });
  };

  writeRecord(view, RECORD.HEAD, (out) => {
    const head = { ...headOf(orchard as unknown as Game), eyes: { seat: 0, team: 0 } };
    out.text(JSON.stringify(head));
  });
  snapshot(0);
  isTrue(0);
  for (let tick = 1; tick <= ticks; tick++) {
    first.x = tick;
    if (tick % 3 === 0) weather.wind = tick % 200;
    if (tick % 7 === 0) trees.add({ x: tick, fruit: 3 });
    if (tick % 14 === 0) for (const tree of [...trees].slice(1, 2)) trees.remove(tree);
    if (tick % 5 === 0) ground.set(tick % 8, tick % 4, tick % 250);
    const events =
      tick % 10 === 0
        ? [encodeEvent(orchard, { tick, by: 0, name: 'picked', payload: { tree: first.id, by: '민지' } as never })]
        : [];
    const changed = tick === 20 ? { 'seat 2': sitting(2, 'Ada') } : tick === 40 ? { 'seat 1': null, host: 2 } : null;
    if (changed !== null) facts = { ...facts, ...changed };
    const change = recorder.change();
    writeRecord(journal, RECORD.TICK, (out) => {
      writeTick(
        out,
        {
          tick,
          ...(change === null ? {} : { change }),
          ...(changed === null ? {} : { facts: changed }),
          ...(events.length === 0 ? {} : { events: events.map((one) => ({ to: 0, frame: one })) }),
        },
        {},
      );
    });
    publication.publish();
    if (tick % 25 === 0) snapshot(tick);
    else {
      frame(tick, (out) => {
        writeDeltaHead(out, tick, baseTick);
        out.append(publication.shared);
        out.u8(0);
        writeNoGrants(out);
      });
      if (changed !== null) people(tick);
    }
    baseTick = tick;
    for (const event of events) frame(tick, (out) => out.append(event));
    isTrue(tick);
  }
  for (const out of [journal, view]) {
    writeRecord(out, RECORD.END, (body) => {
      body.varint(ticks);
      body.text('the season is over');
    });
  }
  return { journal: journal.take(), view: view.take(), truths, firstTree: first.id };
}

function sitting(number: number, name: string): JsonObject {
  return { ref: number, number, name, user: null, team: 0, isBot: false, isDropped: false };
}

function headOf(game: Game): JsonObject {
  const events = Object.entries(game.events).map(([name, fields]) => [name, describeFields(fields)]);
  return {
    format: 1,
    game: game.name,
    title: { ...game.title },
    roomId: 'room-1',
    tickRateHz: game.tickRateHz,
    openedWallMs: 1_800_000_000_000,
    state: describeSchema(game.state),
    input: [],
    events: Object.fromEntries(events),
  };
}
