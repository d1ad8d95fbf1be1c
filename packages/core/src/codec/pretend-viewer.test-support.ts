/** A stage with a state and what is published of it, and viewers that know what bytes have told them and nothing else. */
import type { StateSchema } from '../schema/state-schema.ts';
import type { Eyes } from '../state/seen.ts';
import { createMirror, createState, type PartStore, type StateMirror, type StateStore } from '../state/state-store.ts';
import type { TableStore } from '../state/table-store.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { Publication } from './publication.ts';
import { type Grants, readDelta, readGrants, readSnapshot, writeGrants, writeSnapshot } from './state-codec.ts';

export function bytesOf(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(1);
  write(out);
  return out.take();
}

/** The eyes of somebody who is told of all rows. */
export function eyes(seat: number, team = 0): Eyes {
  return { seat, team, rowsOf: () => null };
}

/** Reads a whole frame: its body, grants, and nothing behind them. */
export function readFrame(
  mirror: StateStore,
  frame: Uint8Array,
  readBody: (from: ByteReader, mirror: StateStore) => void,
): void {
  const from = new ByteReader(frame);
  readBody(from, mirror);
  readGrants(from, mirror);
  from.end();
}

/** The private columns of these places that a viewer may see, as `writeGrants` takes them. */
function grantsAmong(table: TableStore, places: readonly number[], { seat, team }: Eyes): Grants {
  const seen = places.toSorted((a, b) => a - b).filter((place) => table.accessAt(place, seat, team) !== 0);
  return {
    places: Int32Array.from(seen),
    columns: Int32Array.from(seen, (place) => table.accessAt(place, seat, team)),
    count: seen.length,
  };
}

function writeAllGrants(out: ByteWriter, state: StateStore, who: Eyes): void {
  writeGrants(out, state, true, (table) => {
    const places = Array.from({ length: table.highestSent }, (_, index) => index + 1);
    return grantsAmong(
      table,
      places.filter((place) => table.sentId[place] !== 0),
      who,
    );
  });
}

/** A whole frame with the state as these eyes may see it. */
export function snapshotFor(state: StateStore, who: Eyes): Uint8Array {
  return bytesOf((out) => {
    writeSnapshot(out, state, who);
    writeAllGrants(out, state, who);
  });
}

/** A state, and its publications. */
export class Stage<S extends StateSchema = StateSchema> {
  readonly schema: S;
  readonly state: StateStore<S>;
  readonly publication: Publication<S>;
  /** The publication's number before it was last asked to publish: who took that one missed nothing. */
  numberBefore = 0;
  sendings = 0;

  constructor(schema: S, isSliced?: (part: PartStore) => boolean) {
    this.schema = schema;
    this.state = createState(schema);
    this.publication = new Publication(this.state, isSliced);
  }

  publish(isDue?: (part: PartStore) => boolean): boolean {
    this.numberBefore = this.publication.number;
    this.sendings++;
    return this.publication.publish(isDue);
  }

  /** Publishes the parts whose turn it is. */
  publishDue(): boolean {
    return this.publish((part) => this.sendings % part.sendEvery === 0);
  }
}

/** One seat's client, or somebody who only watches. Its team is whatever the test says it is now. */
export class PretendViewer<S extends StateSchema = StateSchema> implements Eyes {
  readonly seat: number;
  team: number;
  readonly mirror: StateMirror<S>;
  readonly #stage: Stage<S>;
  #taken = 0;
  #takenTeam = 0;

  constructor(stage: Stage<S>, seat: number, team = 0) {
    this.#stage = stage;
    this.seat = seat;
    this.team = team;
    this.mirror = createMirror(stage.schema, seat);
    this.takeSnapshot();
  }

  rowsOf(): null {
    return null;
  }

  takeSnapshot(): Uint8Array {
    const frame = snapshotFor(this.#stage.state, this);
    readFrame(this.mirror.store, frame, readSnapshot);
    this.#take();
    return frame;
  }

  /** Takes what it has not been told yet: the bytes that all others take too or, where it missed some, a catch-up. */
  takeDelta(): Uint8Array {
    const frame = this.delta();
    readFrame(this.mirror.store, frame, readDelta);
    this.#take();
    return frame;
  }

  /** The frame that `takeDelta` reads. */
  delta(): Uint8Array {
    const { publication, state, numberBefore } = this.#stage;
    const isBehind = this.#taken < numberBefore;
    const isUpToDate = this.#taken === publication.number;
    return bytesOf((out) => {
      if (isBehind) publication.writeCatchUp(out, this.#taken);
      else if (!isUpToDate) out.append(publication.shared);
      out.varint(0);
      if (isBehind || this.#takenTeam !== this.team) writeAllGrants(out, state, this);
      else writeGrants(out, state, false, (table) => (isUpToDate ? null : this.#newGrants(table)));
    });
  }

  #newGrants(table: TableStore): Grants {
    const changes = this.#stage.publication.changes.find((one) => one?.table === table);
    const lists = [changes?.put, changes?.restricted];
    const places = lists.flatMap((list) => Array.from(list?.items.subarray(0, list.count) ?? []));
    return grantsAmong(table, places, this);
  }

  #take(): void {
    this.#taken = this.#stage.publication.number;
    this.#takenTeam = this.team;
  }
}
