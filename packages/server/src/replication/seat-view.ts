/**
 * What one connection may be sent now. A gateway asks when its peer has room and leaves it be when it has not: what was
 * not taken is not lost, it is part of what is taken next. Nothing waits in memory for a slow peer but which of its rows are
 * out of date.
 */
import {
  type ByteWriter,
  type Eyes,
  encodeCheck,
  hashState,
  type JsonObject,
  type RowSet,
  type TableStore,
  toJson,
  writeDeltaHead,
  writeNoGrants,
  writeSnapshot,
  writeSnapshotHead,
} from '@madang/core';
import { type Grants, IntList, type TableChanges, writeGrants } from '@madang/core/codec';
import type { RoomView } from '../room/viewer.ts';
import { type Choice, chooseRows } from './choose-rows.ts';
import type { Replication } from './replication.ts';
import { type Sight, writeSight } from './sight.ts';
import { IN_SYNC } from './visible-rows.ts';

/** Before anything was taken. */
const NOTHING = -1;

/** Sendings whose budget may be saved up, or owed: own rows go whatever they cost. */
const SAVED_SENDINGS_MAX = 8;

/** Whose view this is. A seat's team may change. */
export interface ViewSeat {
  readonly number: number;
  readonly team: number;
}

export class SeatView implements RoomView, Eyes {
  readonly #replication: Replication;
  readonly #seat: ViewSeat;
  readonly #sights: readonly Sight[];
  readonly #grantPlaces = new IntList();
  readonly #grantColumns = new IntList();
  readonly #granted: { places: Int32Array; columns: Int32Array; count: number };
  /** The publication, tick and team that the peer was brought up to last. */
  #taken = NOTHING;
  #takenTick = 0;
  #takenTeam = 0;
  /** The sending in which the peer was told of changes that it has not been told the end of. */
  #movingAt = NOTHING;
  /** The sending in which it was told last that nothing changed. */
  #stillAt = NOTHING;
  /** The publication that a checksum was sent of last. */
  #checked = NOTHING;
  #isGrantingAll = false;
  /** Bytes that the tables with interest may take now. */
  #budget = 0;
  #budgetAt = 0;

  constructor(replication: Replication, seat: ViewSeat) {
    this.#replication = replication;
    this.#seat = seat;
    this.#sights = replication.interests.map((source) => ({
      source,
      rows: source.rowsFor(seat),
      put: new IntList(),
    }));
    this.#granted = { places: this.#grantPlaces.items, columns: this.#grantColumns.items, count: 0 };
    this.#budgetAt = replication.sendings;
  }

  get tick(): number {
    return this.#replication.tick;
  }

  get seat(): number {
    return this.#seat.number;
  }

  get isAtRest(): boolean {
    const { isSameForAll, number } = this.#replication;
    return isSameForAll && this.#taken === number && this.#movingAt === NOTHING;
  }

  get team(): number {
    return this.#seat.team;
  }

  rowsOf(table: TableStore): RowSet | null {
    // By hand, since this is asked for each table of each frame.
    for (const { rows } of this.#sights) if (rows.table === table) return rows;
    return null;
  }

  frame(isComplete = false): Uint8Array | null {
    if (this.#taken === NOTHING) return this.snapshot();
    const changes = this.#changes(isComplete);
    if (changes !== null) this.#movingAt = this.#replication.sendings;
    return changes === null && this.#isStillNews() ? this.#stillness() : changes;
  }

  /** True once after the last change, when a sending has passed that could have said more: once for each pace of sending there is. */
  #isStillNews(): boolean {
    const { sendings, paces } = this.#replication;
    const movingAt = this.#movingAt;
    if (movingAt === NOTHING) return false;
    let isNews = false;
    let isOver = true;
    for (const pace of paces) {
      const dueAt = (Math.floor(movingAt / pace) + 1) * pace;
      if (dueAt > sendings) isOver = false;
      else if (dueAt > Math.max(movingAt, this.#stillAt)) isNews = true;
    }
    if (isNews) this.#stillAt = sendings;
    if (isOver) this.#movingAt = NOTHING;
    return isNews;
  }

  /**
   * Nothing changed any more: said before there is silence. Clients draw what moved last as moving on while they wait for news,
   * and this is the news.
   */
  #stillness(): Uint8Array | null {
    const { scratch, tick } = this.#replication;
    scratch.seek(0);
    writeDeltaHead(scratch, tick, this.#takenTick);
    scratch.u8(0);
    writeNoGrants(scratch);
    return this.#moveTo(scratch.written());
  }

  #changes(isComplete: boolean): Uint8Array | null {
    const replication = this.#replication;
    if (this.#taken === replication.number && replication.hasChanges) return null;
    const since = this.#taken;
    const isBehind = this.#isBehind;
    if (this.#sights.length === 0) {
      const isShorter = isBehind && replication.catchUp(since).length >= replication.snapshotOfAll().length;
      if (isShorter && !isComplete) return this.snapshot();
      if (!isBehind && !this.#hasGrants()) {
        this.#take();
        return this.#moveTo(replication.sharedFrame());
      }
    }
    const out = replication.scratch;
    out.seek(0);
    writeDeltaHead(out, replication.tick, this.#takenTick);
    if (!this.#write(out, isComplete ? Number.POSITIVE_INFINITY : this.#allowance())) return null;
    return this.#moveTo(out.written());
  }

  snapshot(): Uint8Array {
    const replication = this.#replication;
    this.#lookAtAll();
    this.#take();
    this.#takenTick = replication.tick;
    this.#checked = NOTHING;
    replication.unchecked();
    const out = replication.scratch;
    out.seek(0);
    writeSnapshotHead(out, replication.tick);
    if (this.#sights.length === 0) out.append(replication.snapshotOfAll());
    else writeSnapshot(out, replication.state, this);
    for (const { rows } of this.#sights) rows.settle();
    this.#writeGrants(out, true);
    replication.traffic.snapshotBytes += out.length;
    return out.written();
  }

  check(): Uint8Array | null {
    const replication = this.#replication;
    if (!replication.isCheckDue(this.seat)) return null;
    if (this.#isBehind || this.#isWaiting) {
      replication.unchecked();
      return null;
    }
    if (this.#checked === this.#taken && !replication.isCheckedAgain(this.seat)) return null;
    this.#checked = this.#taken;
    const hash = replication.isSameForAll ? replication.hashOfAll() : hashState(replication.state, this);
    return encodeCheck(this.#takenTick, hash);
  }

  advance(): boolean {
    if (this.#taken === NOTHING) {
      this.#lookAtAll();
      this.#take();
      for (const { rows } of this.#sights) rows.settle();
      return true;
    }
    const out = this.#replication.scratch;
    out.seek(0);
    return this.#write(out, Number.POSITIVE_INFINITY, false);
  }

  json(): JsonObject {
    const { state, isSameForAll } = this.#replication;
    return isSameForAll ? this.#replication.jsonOfAll() : toJson(state, this);
  }

  stateText(): string {
    const { tick, isSameForAll } = this.#replication;
    return isSameForAll
      ? this.#replication.stateTextOfAll()
      : JSON.stringify({ type: 'state', tick, state: this.json() });
  }

  /** How the peer stands to a row: what `Room.explain` tells. */
  standing(table: TableStore, place: number): 'told' | 'waiting' | 'unseen' {
    const isOutdated = (table.changedAt[place] ?? 0) > this.#taken;
    const sight = this.#sights.find(({ rows }) => rows.table === table);
    const at = sight?.rows.indexOf(place) ?? 0;
    if (at < 0) return 'unseen';
    return isOutdated || (sight !== undefined && sight.rows.waits[at] !== IN_SYNC) ? 'waiting' : 'told';
  }

  /** True when the peer missed a publication. */
  get #isBehind(): boolean {
    return this.#taken < this.#replication.numberBefore;
  }

  get #isWaiting(): boolean {
    return this.#sights.some(({ rows }) => rows.waits.subarray(0, rows.count).some((wait) => wait !== IN_SYNC));
  }

  #take(): void {
    this.#taken = this.#replication.number;
    this.#takenTeam = this.team;
  }

  #moveTo(frame: Uint8Array | null): Uint8Array | null {
    if (frame !== null) this.#takenTick = this.#replication.tick;
    return frame;
  }

  /** Brings every list of rows up to date, for whatever is to be told whole. */
  #lookAtAll(): void {
    for (const { rows } of this.#sights) {
      if (this.#taken === NOTHING) rows.reset();
      else if (this.#taken < this.#replication.number) rows.lookAnew();
      rows.refresh(this.#replication.number);
    }
  }

  /**
   * What a frame says after its head: answers false, having written nothing of worth, where there is nothing to say.
   * `isSent` is false for a gateway that only wants to know.
   */
  #write(out: ByteWriter, budget: number, isSent = true): boolean {
    const replication = this.#replication;
    const { traffic } = replication;
    const isBehind = this.#isBehind;
    const since = this.#taken;
    const mustGrantAll = isBehind || this.#takenTeam !== this.team;
    this.#take();
    const start = out.length;
    if (isBehind) out.append(replication.catchUp(since));
    else replication.writeShared(out);
    const sharedEnd = out.length;
    for (const { rows } of this.#sights) {
      if (isBehind) rows.lookAnew();
      rows.refresh(replication.number);
      if (isBehind) rows.outdate(since, replication.number);
      rows.isHolding = false;
    }
    if (budget !== Number.POSITIVE_INFINITY) chooseRows(this.#choices(), budget, replication.number);
    for (const sight of this.#sights) writeSight(out, sight, isSent);
    if (budget !== Number.POSITIVE_INFINITY) this.#budget -= out.length - sharedEnd;
    const hasChanges = out.length > start;
    out.u8(0);
    const grantsAt = out.length;
    this.#writeGrants(out, mustGrantAll);
    if (isSent) {
      if (isBehind) traffic.catchUpBytes += sharedEnd - start;
      else replication.countShared();
      traffic.privateBytes += out.length - grantsAt - 1;
    }
    return hasChanges || out.length > grantsAt + 1;
  }

  #choices(): readonly Choice[] {
    return this.#sights.map(({ source, rows }) => ({ rows, changes: source.changes, wholeBytes: source.wholeBytes }));
  }

  /** What may be spent now; saved up over a few sendings. */
  #allowance(): number {
    const { bytesPerSending, sendings } = this.#replication;
    if (bytesPerSending === Number.POSITIVE_INFINITY) return bytesPerSending;
    this.#budget += (sendings - this.#budgetAt) * bytesPerSending;
    const most = SAVED_SENDINGS_MAX * bytesPerSending;
    this.#budget = Math.min(most, Math.max(-most, this.#budget));
    this.#budgetAt = sendings;
    return this.#budget;
  }

  /** True when the last publication changed what this seat may see and others may not. Of tables that all see. */
  #hasGrants(): boolean {
    const { restrictedChanges } = this.#replication;
    if (this.#takenTeam !== this.team) return this.#replication.hasPrivate;
    if (restrictedChanges.length === 0) return false;
    for (const changes of restrictedChanges) {
      if (this.#mayAccess(changes.table, changes.put) || this.#mayAccess(changes.table, changes.restricted))
        return true;
    }
    return false;
  }

  #mayAccess(table: TableStore, { items, count }: IntList): boolean {
    for (let i = 0; i < count; i++) if (table.accessAt(items[i] ?? 0, this.seat, this.team) !== 0) return true;
    return false;
  }

  #writeGrants(out: ByteWriter, isAll: boolean): void {
    const { hasPrivate, restrictedChanges, state } = this.#replication;
    if (!hasPrivate || (!isAll && restrictedChanges.length === 0 && !this.#hasPut)) return writeNoGrants(out);
    this.#isGrantingAll = isAll;
    writeGrants(out, state, isAll, this.#grantsOf);
  }

  /** True when the frame at hand tells some row whole. */
  get #hasPut(): boolean {
    for (const { put } of this.#sights) if (put.count > 0) return true;
    return false;
  }

  /** A field, so that a frame does not make a function. */
  readonly #grantsOf = (table: TableStore): Grants => {
    this.#grantPlaces.clear();
    this.#grantColumns.clear();
    const sight = this.#sights.find(({ rows }) => rows.table === table);
    const changes = this.#replication.changesOf(table);
    if (sight !== undefined) this.#grantAmong(sight, changes);
    else if (this.#isGrantingAll) {
      for (let place = 1; place <= table.highestSent; place++) if (table.sentId[place] !== 0) this.#grant(table, place);
    } else this.#grantChanged(table, changes);
    const granted = this.#granted;
    granted.places = this.#grantPlaces.items;
    granted.columns = this.#grantColumns.items;
    granted.count = this.#grantPlaces.count;
    return granted;
  };

  /** Of the rows it sees and has in their latest form: all, or those that this publication changed or told anew. */
  #grantAmong({ rows, put }: Sight, changes: TableChanges): void {
    let nextPut = 0;
    let nextRestricted = 0;
    for (let i = 0; i < rows.count; i++) {
      const place = rows.places[i] ?? 0;
      while (nextPut < put.count && (put.items[nextPut] ?? 0) < place) nextPut++;
      const { items, count } = changes.restricted;
      while (nextRestricted < count && (items[nextRestricted] ?? 0) < place) nextRestricted++;
      const isNew =
        (nextPut < put.count && put.items[nextPut] === place) ||
        (nextRestricted < count && items[nextRestricted] === place);
      if (rows.waits[i] === IN_SYNC && (this.#isGrantingAll || isNew)) this.#grant(rows.table, place);
    }
  }

  /** New rows and those with restricted changes, which are never the same, in one ascending order. */
  #grantChanged(table: TableStore, { put, restricted }: TableChanges): void {
    let i = 0;
    let j = 0;
    while (i < put.count || j < restricted.count) {
      const isPut = j >= restricted.count || (i < put.count && (put.items[i] ?? 0) < (restricted.items[j] ?? 0));
      this.#grant(table, (isPut ? put.items[i++] : restricted.items[j++]) ?? 0);
    }
  }

  #grant(table: TableStore, place: number): void {
    const columns = table.accessAt(place, this.seat, this.team);
    if (columns === 0) return;
    this.#grantPlaces.push(place);
    this.#grantColumns.push(columns);
  }
}
