/** A room's journal as it is written, without a room; and a view of it as who looks at it has it. */
import {
  applyServerFrame,
  ByteReader,
  ByteWriter,
  createMirror,
  encodeEvent,
  type Game,
  type JsonObject,
  type ServerFrame,
  type StateMirror,
  type StateSchema,
  type StateStore,
  writeSavedState,
} from '@madang/core';
import {
  describeFields,
  describeSchema,
  headOf,
  openSchema,
  RECORD,
  type RecordedEvent,
  recordsOf,
  StateRecorder,
  type TickRecord,
  writeInputs,
  writeRandom,
  writeRecord,
  writeTick,
} from '@madang/core/journal';

/** What must never be seen outside: names of users, digests of tokens, codes of private rooms. */
export const CANARY = 'CANARY';

/** Somebody on a seat, as facts have it, with all that is nobody else's business. */
export function seatFact(number: number, more: JsonObject = {}): JsonObject {
  return {
    ref: number,
    number,
    name: `guest ${number}`,
    user: `${CANARY} user ${number}`,
    roles: [`${CANARY} role`],
    rating: 1500,
    team: 0,
    isBot: false,
    isDropped: false,
    joinedAtTick: 1,
    you: `${CANARY} you`,
    isWelcomed: true,
    heard: 3,
    token: { current: `${CANARY} digest`, previous: null },
    ...more,
  };
}

export class JournalMaker {
  readonly entries: Uint8Array[] = [];
  readonly #game: Game;
  readonly #state: StateStore;
  readonly #recorder: StateRecorder;
  readonly #out = new ByteWriter();
  readonly #head: JsonObject;
  #facts: JsonObject;

  constructor(game: Game, state: StateStore, facts: JsonObject = {}, head: JsonObject = {}) {
    this.#game = game;
    this.#state = state;
    this.#facts = facts;
    this.#recorder = new StateRecorder(game.state, state);
    const events = Object.entries(game.events).map(([name, fields]) => [name, describeFields(fields)]);
    this.#head = {
      format: 1,
      game: game.name,
      title: { ...game.title },
      roomId: 'room-1',
      code: `${CANARY} code`,
      epoch: 1,
      tickRateHz: game.tickRateHz,
      sendRateHz: game.sendRateHz,
      seats: game.seats,
      avatars: game.avatars ?? null,
      openedWallMs: 1_800_000_000_000,
      state: describeSchema(game.state),
      input: describeFields(game.input),
      events: Object.fromEntries(events),
      ...head,
    };
    this.snapshot(0);
  }

  /** What the tick changed; to be called before the state is published. */
  tick(tick: number, facts: JsonObject | null = null, events: readonly RecordedEvent[] = []): void {
    const change = this.#recorder.change();
    if (facts !== null) this.#facts = { ...this.#facts, ...facts };
    const record: TickRecord = {
      tick,
      random: [tick, 1, 2, 3],
      asked: [{ kind: 'say', text: `${CANARY} asked` }],
      ...(change === null ? {} : { change }),
      ...(facts === null ? {} : { facts }),
      ...(events.length === 0 ? {} : { events }),
    };
    writeRecord(this.#out, RECORD.TICK, (out) => writeTick(out, record, this.#game.input));
    this.entries.push(this.#out.take());
  }

  snapshot(tick: number): void {
    writeRecord(this.#out, RECORD.HEAD, (out) => out.text(JSON.stringify(this.#head)));
    writeRecord(this.#out, RECORD.SNAPSHOT, (out) => {
      out.varint(tick);
      out.text(JSON.stringify({ ...this.#facts, sentOut: [`${CANARY} sent out`], 'answer 1 2': { key: CANARY } }));
      writeRandom(out, [tick, 1, 2, 3]);
      writeInputs(out, [], this.#game.input);
      writeSavedState(out, openSchema(this.#game.state), this.#state);
    });
    this.entries.push(this.#out.take());
  }

  end(tick: number, because: string): void {
    writeRecord(this.#out, RECORD.END, (out) => {
      out.varint(tick);
      out.text(because);
    });
    this.entries.push(this.#out.take());
  }
}

export function eventFor(game: Game, to: number, tick: number, name: string, payload: JsonObject): RecordedEvent {
  return { to, frame: encodeEvent(game, { tick, by: 0, name, payload: payload as never }) };
}

/** What a view tells, record by record; `visit` is called after each tick. */
export function watch(
  bytes: Uint8Array,
  visit: (tick: number, mirror: StateMirror<StateSchema>, frames: readonly ServerFrame[]) => void,
): { readonly end: string | null; readonly head: JsonObject } {
  let mirror: StateMirror<StateSchema> | null = null;
  let schema = { state: {}, input: {}, commands: {}, events: {} };
  let head: JsonObject = {};
  let end: string | null = null;
  let stateTick = -1;
  let lastTick = -1;
  let frames: ServerFrame[] = [];
  const visitLast = (): void => {
    if (mirror !== null && frames.length > 0) visit(lastTick, mirror, frames);
    frames = [];
  };
  for (const record of recordsOf(bytes)) {
    const from = new ByteReader(record.body);
    if (record.kind === RECORD.HEAD) {
      visitLast();
      const read = headOf(record);
      head = read.json;
      const { eyes } = head as { eyes: 'all' | { seat: number } };
      const state = eyes === 'all' ? openSchema(read.state) : read.state;
      schema = { state, input: {}, commands: {}, events: read.events };
      mirror = createMirror(state, eyes === 'all' ? 0 : eyes.seat);
      stateTick = -1;
      continue;
    }
    const tick = from.varint();
    if (record.kind === RECORD.END) end = from.text(from.left);
    if (record.kind !== RECORD.FRAME) continue;
    if (tick !== lastTick) visitLast();
    lastTick = tick;
    const frame = applyServerFrame(schema, mirror?.store ?? null, stateTick, from);
    if (frame.kind === 'gap') throw new Error(`a frame is missing before tick ${tick}`);
    if (frame.kind === 'snapshot' || frame.kind === 'delta') stateTick = frame.tick;
    frames.push(frame);
  }
  visitLast();
  return { end, head };
}

export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Uint8Array.from(Buffer.concat(all));
}
