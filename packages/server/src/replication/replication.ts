/**
 * How a room's state reaches its viewers. Once per sending `publish` writes what changed, once for all; each seat's view
 * then puts its frame together from that: the same bytes for everybody where all see all, copied slices where tables have
 * interest. Whatever is the same for several viewers is made on first demand and kept until the next publication.
 */
import {
  ByteWriter,
  type CustomInterest,
  type Game,
  hashState,
  type Interest,
  type JsonObject,
  type PartStore,
  type StateStore,
  type TableStore,
  toJson,
  writeDeltaHead,
  writeNoGrants,
  writeSnapshot,
} from '@madang/core';
import { Publication, type TableChanges } from '@madang/core/codec';
import { NearIndex, positionReader } from './near-index.ts';
import { NearRows } from './near-rows.ts';
import { type RowRule, RuledRows } from './ruled-rows.ts';
import { SeatView, type ViewSeat } from './seat-view.ts';
import { type TableCount, TrafficCount } from './traffic.ts';
import type { VisibleRows } from './visible-rows.ts';

/** Nobody's eyes, and all rows: what is the same for all. */
const EVERYBODY = { seat: 0, team: 0, rowsOf: () => null };

/** What a column of a whole row takes, before any row was told. */
const WHOLE_BYTES_PER_COLUMN = 3;

/** A table that each seat sees other rows of. */
export interface InterestTable {
  readonly changes: TableChanges;
  /** The long slices that `changes` points into. */
  readonly slices: ByteWriter;
  readonly traffic: TableCount;
  /** What a row takes when it is told whole, as of late. */
  wholeBytes: number;
  /** The rows of one seat. */
  rowsFor(seat: ViewSeat): VisibleRows;
}

const CHECKED_AGAIN_EVERY = 40;

export interface ReplicationOptions {
  readonly game: Game;
  readonly state: StateStore;
  /** A checksum goes to each peer with one in so many sendings; 0 for none. */
  readonly checksumEvery: number;
  /** Of a state that was checked before, one in so many checksums is sent: in quiet a copy can hardly come to differ. Absent: 40. */
  readonly checkedAgainEvery?: number;
  /** Told once a sending what custom interests threw in the one before, and for how many rows; those are not shown. */
  failed(problem: unknown, rows: number): void;
}

/** The replication of one room. `publish` first, then the views; see the head of this file. */
export class Replication {
  readonly state: StateStore;
  readonly interests: readonly InterestTable[];
  /** Tables of which some columns are private and a publication changed something that may bear on them. */
  restrictedChanges: readonly TableChanges[] = [];
  readonly traffic: TrafficCount;
  /** What one sending may take for one peer of the tables with interest. */
  readonly bytesPerSending: number;
  /** Frames of single viewers are put together here. */
  readonly scratch = new ByteWriter(4096);
  /** Every viewer is told the same: no interest and nothing private. */
  readonly isSameForAll: boolean;
  /** Some columns of some table are for some eyes only. */
  readonly hasPrivate: boolean;
  /** How often parts are sent, in sendings: each number once. */
  readonly paces: readonly number[];
  tick = 0;
  /** Publications that were due so far, with changes or without. */
  sendings = 0;
  /** Numbers of the last publication with changes as of now, and as of before the last sending. */
  number = 0;
  numberBefore = 0;

  readonly #options: ReplicationOptions;
  readonly #publication: Publication;
  readonly #nearIndexes: readonly { readonly index: NearIndex; readonly changes: TableChanges }[];
  readonly #private: readonly TableChanges[];
  /** The tick of the last frame that was for all: what the next one builds on. */
  #sharedTick = 0;
  #sharedTickBefore = 0;
  #sharedTakers = 0;
  /** The number of the last publication as of the last sending in which a checksum was due for all. */
  #checked = Number.NaN;
  /** The frame for all; it has a buffer of its own, since it is sent to one after another. */
  readonly #sharedOut = new ByteWriter(1024);
  #sharedFrame: Uint8Array | null = null;
  #snapshot: Uint8Array | null = null;
  readonly #catchUps = new Map<number, Uint8Array>();
  #json: JsonObject | null = null;
  #stateText: string | null = null;
  #hash: string | null = null;
  #failures: { readonly problem: unknown; rows: number } | null = null;
  /** Changes of the avatars' table, where some interest looks from an avatar. */
  readonly #avatarChanges: TableChanges | null;
  /** By seat, the place of its avatar among the published rows, or 0. */
  readonly #avatars: Int32Array;

  constructor(options: ReplicationOptions) {
    const { game, state } = options;
    this.state = state;
    this.#options = options;
    this.bytesPerSending = (game.peerBytesPerSecond ?? Number.POSITIVE_INFINITY) / game.sendRateHz;
    this.#publication = new Publication(state, (part) => this.interestOf(part) !== null);
    const changes = this.#publication.changes.filter((one) => one !== null);
    this.traffic = new TrafficCount(
      state.parts.map((part) => part.name),
      this.#publication.changes,
    );
    this.#avatars = new Int32Array(game.seats + 1);
    const nearIndexes: { index: NearIndex; changes: TableChanges }[] = [];
    this.interests = changes.flatMap((one) => {
      const interest = this.interestOf(one.table);
      if (interest === null) return [];
      const rowsFor = this.#rowsMaker(one, interest, nearIndexes);
      const wholeBytes = WHOLE_BYTES_PER_COLUMN * one.table.columns.length;
      const { slices } = this.#publication;
      return [{ changes: one, slices, traffic: this.traffic.of(one.index), wholeBytes, rowsFor }];
    });
    this.#nearIndexes = nearIndexes;
    this.#avatarChanges =
      nearIndexes.length === 0 ? null : (changes.find(({ table }) => table.name === game.avatars) ?? null);
    if (this.#avatarChanges !== null) this.#findAvatars(this.#avatarChanges.table);
    this.#private = changes.filter((one) => one.table.privateMask !== 0);
    this.hasPrivate = this.#private.length > 0;
    this.paces = [...new Set(state.parts.map((part) => part.sendEvery))];
    this.isSameForAll = this.interests.length === 0 && this.#private.length === 0;
  }

  /** True where the last sending had changes. */
  get hasChanges(): boolean {
    return this.number !== this.numberBefore;
  }

  /** True where the last sending has nothing to tell to a view that was at rest before it. */
  get isAtRest(): boolean {
    return this.isSameForAll && !this.hasChanges && !this.isCheckDue(0);
  }

  /** In how many sendings the next is of which the number can be divided by `every`, or in which a checksum is due for all. */
  sendingsTo(every: number): number {
    const { checksumEvery } = this.#options;
    const toNext = (of: number): number => of - (this.sendings % of);
    if (checksumEvery === 0) return toNext(every);
    return Math.min(toNext(every), toNext(this.#checked === this.number ? this.#checkedAgainEvery : checksumEvery));
  }

  /** Counts a sending that has nothing to tell to anybody. */
  pass(tick: number): void {
    this.tick = tick;
    this.sendings++;
    this.numberBefore = this.number;
  }

  /** Takes over what rules wrote, as of `tick`. */
  publish(tick: number): void {
    this.#settleTraffic();
    this.#tellFailures();
    this.tick = tick;
    this.sendings++;
    this.numberBefore = this.number;
    // What a game's `create` wrote is due whatever comes later.
    const isFirst = this.sendings === 1;
    const haveAvatarsChangedHands = this.#avatarChanges?.table.hasAccessChanges === true;
    const hasChanges = this.#publication.publish((part) => isFirst || this.sendings % part.sendEvery === 0);
    this.number = this.#publication.number;
    if (this.isCheckDue(0)) this.#checked = this.number;
    this.#sharedTickBefore = this.#sharedTick;
    if (this.#publication.hasSharedChanges) this.#sharedTick = tick;
    this.#sharedFrame = null;
    this.#stateText = null;
    this.restrictedChanges = hasChanges
      ? this.#private.filter(({ put, restricted }) => put.count + restricted.count > 0)
      : [];
    for (const { index, changes } of this.#nearIndexes) index.update(changes);
    if (!hasChanges) return;
    this.#snapshot = null;
    this.#json = null;
    this.#hash = null;
    this.#catchUps.clear();
    if (this.#avatarChanges === null) return;
    // Avatars are looked for when some came, went or changed hands; where they are is read from their rows.
    const { put, gone } = this.#avatarChanges;
    if (haveAvatarsChangedHands || put.count + gone.count > 0) this.#findAvatars(this.#avatarChanges.table);
  }

  /** Some view has yet to be told a checksum, though they were due for all. */
  unchecked(): void {
    this.#checked = Number.NaN;
  }

  /** A new connection's view. */
  viewFor(seat: ViewSeat): SeatView {
    this.unchecked();
    return new SeatView(this, seat);
  }

  /** True when a seat's checksum is due in this sending; seats take turns, unless one hash serves all. */
  isCheckDue(seat: number): boolean {
    const { checksumEvery } = this.#options;
    return checksumEvery > 0 && this.#turns(seat) % checksumEvery === 0;
  }

  /** True when a checksum that is due in this sending is due also for a state that was checked before. */
  isCheckedAgain(seat: number): boolean {
    return this.#turns(seat) % this.#checkedAgainEvery === 0;
  }

  get #checkedAgainEvery(): number {
    const { checksumEvery, checkedAgainEvery = CHECKED_AGAIN_EVERY } = this.#options;
    return checksumEvery * checkedAgainEvery;
  }

  #turns(seat: number): number {
    return this.sendings + (this.isSameForAll ? 0 : seat);
  }

  changesOf(table: TableStore): TableChanges {
    const changes = this.#publication.changes.find((one) => one?.table === table) ?? null;
    if (changes === null) throw new RangeError(`the state has no table ${table.name}`);
    return changes;
  }

  /** Writes the changes that are told to all, without an end. */
  writeShared(out: ByteWriter): void {
    if (this.#publication.hasSharedChanges) out.append(this.#publication.shared);
  }

  /** One more viewer was sent the changes that are told to all. */
  countShared(): void {
    this.#sharedTakers++;
  }

  /** The frame for all who missed nothing and see nothing of their own; null where nothing changed for them. */
  sharedFrame(): Uint8Array | null {
    if (!this.#publication.hasSharedChanges) return null;
    if (this.#sharedFrame === null) {
      const out = this.#sharedOut;
      out.seek(0);
      writeDeltaHead(out, this.tick, this.#sharedTickBefore);
      out.append(this.#publication.shared);
      out.u8(0);
      writeNoGrants(out);
      this.#sharedFrame = out.written();
    }
    this.countShared();
    return this.#sharedFrame;
  }

  /** The changes since publication `since` of the parts that are told to all, without an end. */
  catchUp(since: number): Uint8Array {
    let missed = this.#catchUps.get(since);
    if (missed === undefined) {
      const out = new ByteWriter();
      this.#publication.writeCatchUp(out, since);
      missed = out.take();
      this.#catchUps.set(since, missed);
    }
    return missed;
  }

  /** The whole state as everybody may see it. */
  snapshotOfAll(): Uint8Array {
    if (this.#snapshot === null) {
      const out = new ByteWriter();
      writeSnapshot(out, this.state, EVERYBODY);
      this.#snapshot = out.take();
    }
    return this.#snapshot;
  }

  hashOfAll(): string {
    this.#hash ??= hashState(this.state, EVERYBODY);
    return this.#hash;
  }

  jsonOfAll(): JsonObject {
    this.#json ??= toJson(this.state, EVERYBODY);
    return this.#json;
  }

  stateTextOfAll(): string {
    this.#stateText ??= JSON.stringify({ type: 'state', tick: this.tick, state: this.jsonOfAll() });
    return this.#stateText;
  }

  /** Where a seat's avatar is in its table, as published; 0 where it has none. */
  avatarPlace(seat: number): number {
    return this.#avatars[seat] ?? 0;
  }

  /** The interest that a table has, null where everybody sees all of it. */
  interestOf(part: PartStore): Interest | null {
    const interests: Readonly<Record<string, Interest | undefined>> = this.#options.game.interest ?? {};
    const interest = part.type === 'table' ? interests[part.name] : undefined;
    return interest === undefined || (typeof interest === 'object' && interest.kind === 'all') ? null : interest;
  }

  #rowsMaker(
    changes: TableChanges,
    interest: Interest,
    nearIndexes: { index: NearIndex; changes: TableChanges }[],
  ): (seat: ViewSeat) => VisibleRows {
    const { table } = changes;
    if (typeof interest === 'function') {
      return (seat) => new RuledRows(changes, seat.number, this.#customRule(table, interest, seat));
    }
    switch (interest.kind) {
      case 'near': {
        const index = new NearIndex(table, interest);
        nearIndexes.push({ index, changes });
        const avatars = this.state.table(this.#options.game.avatars ?? table.name);
        const readX = positionReader(avatars, interest.x);
        const readY = positionReader(avatars, interest.y);
        return (seat) => {
          const last = { x: 0, y: 0 };
          let hasLast = false;
          return new NearRows(index, seat.number, () => {
            const place = this.avatarPlace(seat.number);
            if (place !== 0) {
              last.x = readX(place);
              last.y = readY(place);
              hasLast = true;
            }
            return hasLast ? last : null;
          });
        };
      }
      case 'team':
        return (seat) => new RuledRows(changes, seat.number, teamRule(table, seat));
      default:
        throw new RangeError('everybody sees all rows of this table');
    }
  }

  #customRule(table: TableStore, sees: CustomInterest, seat: ViewSeat): RowRule {
    const viewer = {
      seat: seat.number,
      get team() {
        return seat.team;
      },
    };
    return {
      needsAll: () => true,
      sees: (place) => {
        // A row that is no more goes with the next sending of its table; fields for nobody are read as they are.
        if (table.alive[place] !== 1 || table.idAt(place) !== table.sentId[place]) return false;
        try {
          // The row as it is told, which with `sendEvery` is not always as it is.
          return sees(table.sentViewAt(place) as never, viewer) === true;
        } catch (problem) {
          this.#failures ??= { problem, rows: 0 };
          this.#failures.rows++;
          return false;
        }
      },
    };
  }

  /** Tells of custom interests that threw since the last sending: once, however many rows it were. */
  #tellFailures(): void {
    const failures = this.#failures;
    this.#failures = null;
    if (failures !== null) this.#options.failed(failures.problem, failures.rows);
  }

  #findAvatars(table: TableStore): void {
    const { seats } = this.#options.game;
    this.#avatars.fill(0);
    for (let place = table.highestSent; place > 0; place--) {
      const owner = table.sentOwnerAt(place);
      if (table.sentId[place] !== 0 && owner > 0 && owner <= seats) this.#avatars[owner] = place;
    }
  }

  /** What all were told, times how many took it. */
  #settleTraffic(): void {
    const { sectionBytes, sectionRows } = this.#publication;
    for (let index = 0; index < sectionBytes.length; index++) {
      this.traffic
        .of(index)
        .add((sectionBytes[index] ?? 0) * this.#sharedTakers, (sectionRows[index] ?? 0) * this.#sharedTakers);
    }
    this.#sharedTakers = 0;
  }
}

function teamRule(table: TableStore, seat: ViewSeat): RowRule {
  let team = seat.team;
  return {
    needsAll() {
      const isNew = team !== seat.team;
      team = seat.team;
      return isNew;
    },
    sees: (place) => seat.team !== 0 && table.sentTeamAt(place) === seat.team,
  };
}
