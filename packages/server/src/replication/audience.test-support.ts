/**
 * Players without a network: each takes frames from its own view into a mirror, or whole states as JSON. What each of them
 * may see is computed a second time, from copies of what was published and by looking at every row, in no way that the
 * product does it.
 */
import {
  all,
  applyServerFrame,
  ByteReader,
  createMirror,
  createState,
  type Game,
  hashState,
  type Interest,
  type JsonObject,
  type PartStore,
  type StateMirror,
  type StateSchema,
  type StateStore,
  type TableStore,
  toJson,
} from '@madang/core';
import { expect } from 'vitest';
import { isChosen, tokensInFrame, tokensInJson } from './any-game.test-support.ts';
import { Replication } from './replication.ts';
import type { SeatView } from './seat-view.ts';

/** A row as it was when its table was last published. */
interface Known {
  readonly owner: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** One connection. A player who comes back has another. */
export class Watcher {
  readonly seat: { number: number; team: number };
  readonly view: SeatView;
  readonly isNative: boolean;
  mirror: StateMirror<StateSchema>;
  tick = -1;
  hasTaken = false;
  /** By table with distance, the rows that are in view. */
  readonly inSight = new Map<string, Set<number>>();
  /** Where its avatar was last. */
  eye: { readonly x: number; readonly y: number } | null = null;
  /** Tokens that this connection may have been told so far. */
  readonly allowed = new Set<string>();
  /** What it held last, as JSON. */
  held = '';

  constructor(audience: Audience, seat: { number: number; team: number }, isNative: boolean) {
    this.seat = seat;
    this.view = audience.replication.viewFor(seat);
    this.isNative = isNative;
    this.mirror = createMirror(audience.game.state, seat.number);
  }
}

export class Audience {
  readonly game: Game;
  readonly state: StateStore;
  readonly replication: Replication;
  tick = 0;
  #sendings = 0;
  readonly #tables = new Map<string, Map<number, Known>>();
  readonly #others: Record<string, unknown> = {};

  constructor(game: Game, checksumEvery = 1) {
    this.game = game;
    this.state = createState(game.state);
    const failed = (problem: unknown): never => {
      throw problem;
    };
    this.replication = new Replication({ game, state: this.state, checksumEvery, checkedAgainEvery: 1, failed });
    this.#copy(() => true);
    this.publish();
  }

  publish(): void {
    // Rows that changed hands, by somebody leaving or another team, are told at once.
    const changedHands = new Set(this.state.parts.filter((part) => part.type === 'table' && part.hasAccessChanges));
    this.replication.publish(this.tick++);
    this.#sendings++;
    this.#copy((part) => this.#sendings % part.sendEvery === 0 || changedHands.has(part));
  }

  #copy(isDue: (part: PartStore) => boolean): void {
    for (const part of this.state.parts) {
      if (!isDue(part)) continue;
      if (part.type === 'grid') {
        const { width, height } = part;
        if (part.isShared) this.#others[part.name] = { width, height, cells: Array.from(part.cells) };
      } else if (part.isRecord) this.#others[part.name] = visible(part, valuesOf(part, 1), () => false);
      else this.#tables.set(part.name, copyOf(part));
    }
  }

  /** Takes what there is for one watcher and checks it. Answers the frames. */
  take(watcher: Watcher, repair: 'gap' | 'checksum' | null = null): Uint8Array[] {
    watcher.hasTaken = true;
    const expected = this.expectedBy(watcher);
    for (const token of tokensInJson(expected)) watcher.allowed.add(token);
    if (!watcher.isNative) {
      this.#takeJson(watcher, expected);
      return [];
    }
    const { view } = watcher;
    // Each is good until the next call of a view, so each is copied and applied before.
    const sent: Uint8Array[] = [];
    if (repair !== 'gap') sent.push(...this.#apply(watcher, view.frame()));
    if (repair !== null) sent.push(...this.#apply(watcher, view.snapshot()));
    this.#expectTold(watcher, expected);
    const check = view.check();
    if (check !== null) this.#check(watcher, check);
    // One is due at every sending here, and worth nothing while rows wait.
    expect(check === null).toBe(this.isWaiting(watcher));
    return sent;
  }

  /** What a watcher may see of what was published; looking moves what is in its sight, as taking does. */
  expectedBy(watcher: Watcher): JsonObject {
    const json: Record<string, unknown> = {};
    const { number, team } = watcher.seat;
    this.#moveEye(watcher);
    for (const part of this.state.parts) {
      const rows = this.#tables.get(part.name);
      if (part.type === 'table' && !part.isRecord && rows !== undefined) {
        const seen: Record<string, unknown> = {};
        for (const id of this.#rowsFor(watcher, part, rows)) {
          const row = rows.get(id);
          if (row === undefined) continue;
          const isMine = row.owner === number;
          const isOurs = team !== 0 && row.values.team === team;
          seen[id] = visible(part, row.values, (who) => isMine || (isOurs && who === 'team'));
        }
        json[part.name] = seen;
      } else if (this.#others[part.name] !== undefined) json[part.name] = this.#others[part.name];
    }
    return json as JsonObject;
  }

  /** True when the view itself says that nothing of a table's rows is still to be told. */
  isWaiting({ view }: Watcher): boolean {
    return this.state.parts.some(
      (part) =>
        part.type === 'table' &&
        Array.from(part.sentId).some((id, at) => id !== 0 && view.standing(part, at) === 'waiting'),
    );
  }

  #moveEye(watcher: Watcher): void {
    const avatars = this.#tables.get(this.game.avatars ?? '');
    const mine = [...(avatars ?? [])].filter(([, row]) => row.owner === watcher.seat.number);
    mine.sort(([a], [b]) => (a & 0xffff) - (b & 0xffff));
    const [first] = mine;
    if (first !== undefined) watcher.eye = { x: Number(first[1].values.x), y: Number(first[1].values.y) };
  }

  #rowsFor(watcher: Watcher, part: TableStore, rows: ReadonlyMap<number, Known>): number[] {
    const interests: Readonly<Record<string, Interest | undefined>> = this.game.interest ?? {};
    const interest = interests[part.name] ?? all;
    const kind = typeof interest === 'function' ? 'custom' : interest.kind;
    const { radius = 0, leave = 0 } = interest as { radius?: number; leave?: number };
    const { number, team } = watcher.seat;
    const before = watcher.inSight.get(part.name) ?? new Set();
    const sees = (id: number, row: Known): boolean => {
      if (row.owner === number || kind === 'all') return true;
      if (kind === 'team') return team !== 0 && row.values.team === team;
      if (kind === 'custom') {
        // What is for nobody is judged as it is, and a row that is no more is not shown.
        const now = part.get(id) as unknown as { mood: number } | undefined;
        return now !== undefined && isChosen(now.mood, { seat: number, team });
      }
      const { eye } = watcher;
      if (eye === null) return false;
      const distance = (Number(row.values.x) - eye.x) ** 2 + (Number(row.values.y) - eye.y) ** 2;
      return distance <= radius ** 2 || (distance <= leave ** 2 && before.has(id));
    };
    const seen = [...rows].filter(([id, row]) => sees(id, row)).map(([id]) => id);
    watcher.inSight.set(part.name, new Set(seen));
    return seen;
  }

  #apply(watcher: Watcher, frame: Uint8Array | null): Uint8Array[] {
    if (frame === null) return [];
    const schema = { state: this.game.state, input: {}, commands: {}, events: {} };
    const read = applyServerFrame(schema, watcher.mirror.store, watcher.tick, new ByteReader(frame));
    expect(['snapshot', 'delta']).toContain(read.kind);
    watcher.tick = this.tick - 1;
    expect(read).toMatchObject({ tick: watcher.tick });
    expect(tokensInFrame(frame).filter((token) => !watcher.allowed.has(token))).toEqual([]);
    return [frame.slice()];
  }

  /** Where nothing waits, all that may be seen and nothing else; where rows wait, the others of it. */
  #expectTold(watcher: Watcher, expected: JsonObject): void {
    const { mirror, view, seat } = watcher;
    const held = toJson(mirror.store, seat.number);
    if (!this.isWaiting(watcher)) {
      if (JSON.stringify(held) !== JSON.stringify(expected)) expect(held).toEqual(expected);
      expect(hashState(mirror.store, seat.number)).toBe(hashState(this.state, view));
      return;
    }
    for (const part of this.state.parts) {
      if (part.type !== 'table' || part.isRecord) continue;
      const [has, may] = [held[part.name], expected[part.name]] as Record<string, unknown>[];
      expect(Object.keys(may ?? {})).toEqual(expect.arrayContaining(Object.keys(has ?? {})));
      for (const [id, row] of Object.entries(may ?? {})) {
        if (view.standing(part, Number(id) & 0xffff) === 'told') expect([id, has?.[id]]).toEqual([id, row]);
      }
    }
  }

  #check(watcher: Watcher, frame: Uint8Array): void {
    const { mirror, seat } = watcher;
    const schema = { state: this.game.state, input: {}, commands: {}, events: {} };
    const read = applyServerFrame(schema, mirror.store, watcher.tick, new ByteReader(frame));
    expect(read).toEqual({ kind: 'check', tick: watcher.tick, hash: hashState(mirror.store, seat.number) });
  }

  #takeJson(watcher: Watcher, expected: JsonObject): void {
    const isNew = watcher.view.advance();
    const json = watcher.view.json();
    if (JSON.stringify(json) !== JSON.stringify(expected)) expect(json).toEqual(expected);
    const text = watcher.view.stateText();
    expect(JSON.parse(text)).toEqual({ type: 'state', tick: this.tick - 1, state: JSON.parse(JSON.stringify(json)) });
    expect(tokensInJson(JSON.parse(text)).filter((token) => !watcher.allowed.has(token))).toEqual([]);
    if (!isNew) expect(JSON.stringify(json)).toBe(watcher.held);
    watcher.held = JSON.stringify(json);
  }
}

function copyOf(table: TableStore): Map<number, Known> {
  const rows = new Map<number, Known>();
  for (const { id } of table) {
    const values = valuesOf(table, id & 0xffff);
    rows.set(id, { owner: Number(values.owner), values });
  }
  return rows;
}

function valuesOf(table: TableStore, place: number): Record<string, unknown> {
  const row = table.viewAt(place) as unknown as Record<string, unknown>;
  const entries = table.columns.map(({ name }) => {
    const value = row[name];
    return [name, value instanceof Uint8Array ? Array.from(value) : structuredClone(value)];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function visible(
  { columns }: TableStore,
  values: Readonly<Record<string, unknown>>,
  isPrivateSeen: (visibility: 'owner' | 'team') => boolean,
): Record<string, unknown> {
  const seen = columns.filter(({ type: { visibility } }) => {
    return visibility === 'everyone' || (visibility !== 'nobody' && isPrivateSeen(visibility));
  });
  return Object.fromEntries(seen.map(({ name, codec }) => [name, spelled(codec, values[name])]));
}

/** As JSON has it. */
function spelled(codec: TableStore['columns'][number]['codec'], value: unknown): unknown {
  if (typeof value !== 'number' || codec.store !== 'int' || codec.decimals === undefined) return value;
  return Math.round(value * 10 ** codec.decimals) / 10 ** codec.decimals;
}
