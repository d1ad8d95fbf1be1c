/**
 * A room as its player holds it: a mirror of the state, kept up by the server's frames, and what the player may ask.
 *
 * The mirror is applied frame by frame and never guessed: a delta that does not build on the mirror's tick, or that
 * cannot be read, leads to a request for the whole state, and the mirror stands still until it is here. A mirror whose
 * checksum is not the server's goes on until the whole state is here, and tells the server where it was wrong.
 *
 * Beside the mirror, which is what the server said, there is what is drawn: `frame()` brings the player's own rows to
 * where they are by now, played ahead with the game's own rules, and everybody else's to a moment between two states.
 */
import {
  adviceFor,
  applyServerFrame,
  ByteReader,
  type ChatLine,
  type ClientFrame,
  createMirror,
  ERRORS,
  type ErrorCode,
  type EventFrame,
  encodeClientFrame,
  type Fields,
  type FieldsOf,
  firstDifference,
  type Game,
  GameError,
  hashState,
  type InputReport,
  isErrorCode,
  isGameError,
  isSameMessage,
  isSnapshot,
  isStateFrame,
  type JsonValue,
  type Messages,
  neutral,
  type PeopleFrame,
  type Person,
  parseInput,
  parseMessage,
  type RepairReason,
  type ReplyOf,
  type RequestNames,
  type SeenRow,
  type SeenStateOf,
  type ServerFrame,
  type StateMirror,
  type StateSchema,
  type StateStore,
  toJsonValue,
  type ValuesOf,
  type WelcomeFrame,
} from '@madang/core';
import type { InputTimeline } from '@madang/core/netcode';
import type { Attention } from './attention.ts';
import { Drawing } from './drawing.ts';
import type { Link, LinkEvents } from './link.ts';
import { Listeners } from './listeners.ts';
import type { NetFigures } from './net-figures.ts';
import { PlayerInputs } from './player-inputs.ts';
import { PlayerTime } from './player-time.ts';
import { Prediction } from './prediction.ts';
import { Requests } from './requests.ts';
import type { AskOptions, EventInfo, Room, RoomConnection, RoomDeeds } from './room.ts';
import { roomDeeds } from './room-deeds.ts';
import { SeatLine } from './seat-line.ts';
import type { Timers } from './timers.ts';

/** How long a page may be hidden before its line rests. */
const REST_AFTER_MS = 1_000;

/**
 * Time in which nothing ran, after which a client asks for the whole state and sets its clocks anew: the machine
 * slept.
 */
const SLEPT_MS = 2_000;

/** How long a player plays on without a word from the server: guessing any further helps nobody. */
const UNHEARD_MS = 2_000;

/** How long a request may take unless its author says otherwise. */
const ASK_TIMEOUT_MS = 10_000;

/** What a room needs of where it runs. */
export interface RoomSurroundings {
  readonly timers: Timers;
  readonly attention: Attention;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly open: (on: LinkEvents) => Link;
  /** The frame that joins, or that comes back with the token of a seat. Never rejects. */
  request(token: string | null): Promise<Uint8Array>;
  /** The token of the seat is another one now, in a room of these names; null once it is good for nothing. */
  keep(token: string | null, roomNames: readonly string[]): void;
}

/** Opens a line, joins, or comes back with the token of a seat, and resolves with the room once its first state is here. */
export function joinRoom<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends keyof S & string,
>(game: Game<S, I, C, E, A>, surroundings: RoomSurroundings, token: string | null): Promise<Room<S, I, C, E, A>> {
  return new Promise((resolve, reject) => {
    const room = new RoomClient(game, surroundings, token, () => resolve(room));
    room.onClose(reject);
    room.open();
  });
}

class RoomClient<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends keyof S & string,
> implements Room<S, I, C, E, A>
{
  id = '';
  code = '';
  seat = 0;
  you = '';
  tick = 0;
  connection: RoomConnection = 'open';
  readonly people = new Map<number, Person>();
  readonly do: RoomDeeds;

  readonly #game: Game<S, I, C, E, A>;
  readonly #timers: Timers;
  readonly #attention: Attention;
  readonly #surroundings: RoomSurroundings;
  readonly #line: SeatLine;
  readonly #requests: Requests;
  /** Called with the first state. */
  readonly #joined: () => void;
  /** Good for coming back; null where the seat is not held, or there is none. */
  #token: string | null;
  readonly #ticksPerSending: number;
  readonly #inputs: PlayerInputs<ValuesOf<I>>;
  readonly #time: PlayerTime;
  readonly #onState = new Listeners<number>();
  readonly #onMessage = new Listeners<{ from: string; message: JsonValue }>();
  readonly #onPeople = new Listeners<ReadonlyMap<number, Person>>();
  readonly #onChat = new Listeners<ChatLine>();
  readonly #onConnection = new Listeners<RoomConnection>();
  readonly #onError = new Listeners<GameError>();
  readonly #onClose = new Listeners<GameError>();
  readonly #onEvent = new Map<string, Listeners<ToldEvent>>();
  readonly #onReject = new Map<string, Listeners<ValuesOf<Fields>>>();
  #mirror: StateMirror<S> | null = null;
  #drawing: Drawing<S> | null = null;
  #prediction: Prediction | null = null;
  #repairing: RepairReason | null = null;
  /** The newest line of chat that was told. */
  #chatNumber = 0;
  /** The tick that is played: its input was sent, if there was one. */
  #playedTick = 0;
  #askedAtMs = 0;
  /** When anything ran last, and when the server was heard last. */
  #awakeAtMs: number;
  #heardAtMs = 0;
  #drawnAtMs = 0;
  #closedAtMs = Number.POSITIVE_INFINITY;
  #cancelBeat = (): void => {};
  #stopAttending = (): void => {};
  #cancelRest = (): void => {};
  #isResting = false;
  /** How many events of each name have come of one tick: that tells them apart. */
  #eventTick = 0;
  readonly #eventCounts = new Map<string, number>();
  #correctedAtMs: number[] = [];
  #lateInputs = 0;
  /** The newest tick that the server has spoken of beside states. */
  #heardTick = 0;
  #snapshots = 0;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(game: Game<S, I, C, E, A>, surroundings: RoomSurroundings, token: string | null, joined: () => void) {
    const { timers, attention, random, open } = surroundings;
    this.#game = game;
    this.#timers = timers;
    this.#attention = attention;
    this.#surroundings = surroundings;
    this.#token = token;
    this.#joined = joined;
    this.#requests = new Requests(timers, (frame) => this.#sendBytes(frame));
    this.do = roomDeeds(async (deed) => {
      const frame = this.#numbered((number) => ({ kind: 'do', number, deed }));
      await this.#requests.ask(frame, ASK_TIMEOUT_MS);
    });
    this.#line = new SeatLine({
      timers,
      attention,
      random,
      open,
      request: () => {
        this.#askedAtMs = timers.nowMs();
        return surroundings.request(this.#token);
      },
      ping: () => encodeClientFrame(this.#game, { kind: 'ping' }),
      frame: (frame) => this.#receive(frame),
      broke: () => this.#broke(),
      ended: (reason) => this.#ended(reason),
    });
    this.#ticksPerSending = Math.round(game.tickRateHz / game.sendRateHz);
    this.#inputs = new PlayerInputs(neutral(game.input), this.tickMs);
    this.#time = new PlayerTime(this.tickMs, this.#ticksPerSending);
    this.#awakeAtMs = timers.nowMs();
  }

  get state(): SeenStateOf<S> {
    return this.#seated().view;
  }

  get tickMs(): number {
    return 1000 / this.#game.tickRateHz;
  }

  get me(): SeenRow<FieldsOf<S, A>> | undefined {
    const { avatars } = this.#game;
    if (avatars === undefined || this.seat === 0) return undefined;
    const row: unknown = this.#seated().store.table(avatars).ownedBy({ number: this.seat });
    return row as SeenRow<FieldsOf<S, A>> | undefined;
  }

  get view(): SeenStateOf<S> {
    return this.#drawing?.view ?? this.frame();
  }

  frame(): SeenStateOf<S> {
    const drawing = this.#draw();
    const nowMs = this.#nowMs;
    this.#beat(nowMs);
    if (!this.#time.isSet) return drawing.view;
    const playedTick = this.#time.played(Math.min(nowMs, this.#heardAtMs + UNHEARD_MS));
    const emitted = this.#prediction?.frame(playedTick, nowMs - this.#drawnAtMs) ?? [];
    drawing.aim(this.#time.viewed(nowMs), playedTick);
    this.#drawnAtMs = nowMs;
    // Last, since whoever hears of it may ask for another picture.
    for (const { name, payload, tick } of emitted) this.#tell(name, payload, { tick, isPredicted: true });
    return drawing.view;
  }

  get net(): NetFigures {
    const nowMs = this.#nowMs;
    const time = this.#time;
    const { isSet } = time;
    return {
      roundTripMs: time.roundTripMs,
      jitterMs: time.jitterMs,
      marginMs: time.marginMs,
      inputLeadTicks: isSet ? time.leadTicks(nowMs) : 0,
      speed: time.speed,
      interpolationDelayMs: time.viewDelayMs,
      stateTick: this.tick,
      viewTick: isSet ? time.viewed(nowMs) : this.tick,
      predictedTick: isSet ? time.played(nowMs) : this.tick,
      corrections: this.#prediction?.corrections ?? 0,
      correctionsPerMinute: this.#correctedAtMs.filter((atMs) => nowMs - atMs < 60_000).length,
      predictionErrorSteps: this.#prediction?.errorSteps ?? 0,
      visibleErrorSteps: this.#prediction?.visibleErrorSteps ?? 0,
      lateInputs: this.#lateInputs,
      snapshots: this.#snapshots,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
    };
  }

  input(input: Partial<ValuesOf<I>>): void {
    const next = parseInput(this.#game, input, this.#inputs.asked);
    if (isSameMessage(this.#game.input, next, this.#inputs.asked)) return;
    // What is asked for now is for the next tick: those that have begun by now have their inputs.
    this.#beat(this.#timers.nowMs());
    this.#inputs.ask(next);
    this.#schedule();
  }

  send<N extends keyof C & string>(command: N, payload: ValuesOf<C[N]>): void {
    const checked = parseMessage(this.#fieldsOf(command), payload, 'BAD_COMMAND');
    this.#requests.tell(this.#numbered((number) => ({ kind: 'command', number, name: command, payload: checked })));
  }

  async ask<N extends RequestNames<C>>(
    command: N,
    payload: ValuesOf<C[N]>,
    { timeoutMs = ASK_TIMEOUT_MS, key = '' }: AskOptions = {},
  ): Promise<ValuesOf<ReplyOf<C[N]>>> {
    const checked = parseMessage(this.#fieldsOf(command), payload, 'BAD_COMMAND');
    const frame = this.#numbered((number) => ({ kind: 'ask', number, key, name: command, payload: checked }));
    // The frame that answers is read with the fields of this command's reply.
    return (await this.#requests.ask(frame, timeoutMs)) as ValuesOf<ReplyOf<C[N]>>;
  }

  say(message: unknown): void {
    const json = toJsonValue(message);
    this.#requests.tell(this.#numbered((number) => ({ kind: 'say', number, message: json })));
  }

  on<N extends keyof E & string>(event: N, run: (payload: ValuesOf<E[N]>, info: EventInfo) => void): () => void {
    // The name chose both the listeners and the payload's fields.
    return listenersOf(this.#onEvent, event).add(({ payload, info }) => run(payload as ValuesOf<E[N]>, info));
  }

  onReject<N extends keyof E & string>(event: N, run: (payload: ValuesOf<E[N]>) => void): () => void {
    return listenersOf(this.#onReject, event).add((payload) => run(payload as ValuesOf<E[N]>));
  }

  onState(run: (tick: number) => void): () => void {
    return this.#onState.add(run);
  }

  onMessage(run: (said: { from: string; message: JsonValue }) => void): () => void {
    return this.#onMessage.add(run);
  }

  onPeople(run: (people: ReadonlyMap<number, Person>) => void): () => void {
    return this.#onPeople.add(run);
  }

  onChat(run: (line: ChatLine) => void): () => void {
    return this.#onChat.add(run);
  }

  onConnection(run: (connection: RoomConnection) => void): () => void {
    return this.#onConnection.add(run);
  }

  onError(run: (error: GameError) => void): () => void {
    return this.#onError.add(run);
  }

  onClose(run: (reason: GameError) => void): () => void {
    return this.#onClose.add(run);
  }

  leave(): Promise<void> {
    if (this.connection === 'closed') return Promise.resolve();
    return new Promise((resolve) => {
      this.onClose(() => resolve());
      this.#line.leave(encodeClientFrame(this.#game, { kind: 'leave' }), this.id);
    });
  }

  hash(): string {
    return hashState(this.#seated().store, this.seat);
  }

  /** Opens the first line. */
  open(): void {
    this.#line.open();
  }

  #receive(bytes: Uint8Array): void {
    if (this.connection === 'closed') return;
    this.#bytesIn += bytes.length;
    this.#heardAtMs = this.#timers.nowMs();
    this.#noticeSleep(this.#heardAtMs);
    // What builds on a state that is not here is of no use until the whole is.
    if (this.#repairing === 'gap' && isStateFrame(bytes) && !isSnapshot(bytes)) return;
    let frame: ServerFrame;
    try {
      if (this.#repairing === 'checksum' && isSnapshot(bytes)) this.#compare(bytes);
      frame = applyServerFrame(this.#game, this.#mirror?.store ?? null, this.tick, new ByteReader(bytes));
    } catch (error) {
      if (!isGameError(error)) throw error;
      // A frame without state leaves the mirror as it was.
      if (!isStateFrame(bytes)) return this.#onError.tell(error);
      // What could not be read once is asked for whole; if that cannot be read either, asking on would never end.
      if (this.#repairing !== 'gap') return this.#repair('gap');
      this.#line.give(error);
      return;
    }
    this.#take(frame);
  }

  #take(frame: ServerFrame): void {
    switch (frame.kind) {
      case 'welcome':
        return this.#welcomed(frame);
      case 'snapshot':
      case 'delta':
        this.#tookState(frame.kind, frame.tick);
        this.#joined();
        return this.#onState.tell(frame.tick);
      case 'answer':
        return this.#requests.answered(frame.number, frame.reply);
      case 'done':
        return this.#requests.answered(frame.number, {});
      case 'people':
        return this.#tookPeople(frame);
      case 'chat':
        return this.#tookChat(frame);
      case 'pong':
        return;
      case 'timing':
        return this.#tookReport(frame);
      case 'gap':
        return this.#repair('gap');
      case 'check':
        if (frame.tick > this.tick) this.#repair('gap');
        else if (frame.tick === this.tick && frame.hash !== this.hash()) this.#repair('checksum');
        return;
      case 'event':
        return this.#tookEvent(frame);
      case 'said':
        return this.#onMessage.tell({ from: frame.from, message: frame.message });
      case 'refusal':
        return this.#refused(frame);
    }
  }

  /** The seat is there, or back: what follows is the whole state. */
  #welcomed({ seat, roomId, code, you, token, graceMs, heard, isReturn }: WelcomeFrame): void {
    // Lines of chat are counted by rooms.
    if (roomId !== this.id) this.#chatNumber = 0;
    this.id = roomId;
    this.code = code;
    this.seat = seat;
    this.you = you;
    this.#token = token === '' ? null : token;
    this.#surroundings.keep(this.#token, [roomId, code]);
    this.#line.settled(graceMs);
    if (this.#mirror === null) this.#mirror = createMirror(this.#game.state, seat);
    else {
      this.#startAnew();
      this.#inputs.restart();
      // A new line does not know that nobody looks.
      this.#attend();
    }
    this.#requests.resume(heard, isReturn);
    this.#connected('open');
  }

  /** The line broke; the seat is asked for again. */
  #broke(): void {
    this.#cancelBeat();
    this.#cancelRest();
    this.#connected('returning');
  }

  #ended(reason: GameError): void {
    this.#closedAtMs = this.#timers.nowMs();
    this.#cancelBeat();
    this.#cancelRest();
    this.#stopAttending();
    // Where there never was a seat, one that was kept is still to be found out about; and a page that reloads itself to have the newer
    // version of the game finds its seat there.
    if (this.id !== '' && adviceFor(reason.code) !== 'update') this.#surroundings.keep(null, [this.id, this.code]);
    this.connection = 'closed';
    this.#requests.end(reason);
    this.#onConnection.tell('closed');
    this.#onClose.tell(reason);
  }

  #connected(connection: 'open' | 'returning'): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.#onConnection.tell(connection);
  }

  #tookPeople({ isWhole, here, gone }: PeopleFrame): void {
    if (isWhole) this.people.clear();
    for (const person of here) this.people.set(person.id, person);
    for (const id of gone) this.people.delete(id);
    this.#onPeople.tell(this.people);
  }

  /** Lines that were told before are told again to who comes back. */
  #tookChat(line: ChatLine): void {
    if (line.number <= this.#chatNumber) return;
    this.#chatNumber = line.number;
    this.#onChat.tell(line);
  }

  #tookState(kind: 'snapshot' | 'delta', tick: number): void {
    const nowMs = this.#timers.nowMs();
    const isFirst = this.#snapshots === 0;
    if (kind === 'snapshot') {
      this.#snapshots++;
      // What was missed is not drawn in passing.
      if (this.#repairing === 'gap') this.#drawing?.forget();
      this.#repairing = null;
    }
    this.tick = tick;
    if (isFirst) this.#begin(nowMs);
    const wasSet = this.#time.isSet;
    this.#time.arrived(tick, nowMs);
    if (!wasSet) {
      this.#playedTick = this.#time.playedTick(nowMs);
      this.#schedule();
    }
    this.#drawing?.record(tick);
    const prediction = this.#prediction;
    if (prediction === null) return;
    const { corrections } = prediction;
    prediction.confirmed(tick);
    if (prediction.corrections === corrections) return;
    this.#correctedAtMs = this.#correctedAtMs.filter((atMs) => nowMs - atMs < 60_000);
    this.#correctedAtMs.push(nowMs);
  }

  /** The first state is here. */
  #begin(nowMs: number): void {
    this.#time.joined(nowMs - this.#askedAtMs);
    this.#stopAttending = this.#attention.onChange(() => this.#attend());
    // Nobody may be looking from the beginning.
    this.#attend();
  }

  #tookReport(report: InputReport): void {
    this.#time.reported(report, this.#timers.nowMs());
    for (const late of report.late) {
      this.#lateInputs++;
      this.#inputs.timeline.correct(late);
      this.#prediction?.corrected(late);
    }
    this.#heardTick = report.at;
    // Where nothing changes nothing else says what time it is. Clocks that wait for the whole state are not set by what is old.
    const isSilence = report.at > this.tick + this.#ticksPerSending;
    if (isSilence && this.#time.isSet) this.#time.arrived(report.at, this.#timers.nowMs());
    // The events of the sending before are here.
    this.#prediction?.heard(report.at - this.#ticksPerSending);
  }

  #tookEvent({ tick, by, name, payload }: EventFrame): void {
    const isPredicted = by === this.seat || (by === 0 && this.#game.predict === 'world');
    if (isPredicted) {
      if (this.#eventTick !== tick) this.#eventCounts.clear();
      this.#eventTick = tick;
      const ordinal = this.#eventCounts.get(name) ?? 0;
      this.#eventCounts.set(name, ordinal + 1);
      if (this.#prediction?.confirmEvent(tick, name, ordinal)) return;
    }
    this.#tell(name, payload, { tick, isPredicted: false });
  }

  #tell(name: string, payload: ValuesOf<Fields>, info: EventInfo): void {
    this.#onEvent.get(name)?.tell({ payload, info });
  }

  /** The drawing, which begins to remember with the first picture. */
  #draw(): Drawing<S> {
    if (this.#drawing !== null) return this.#drawing;
    const mirror = this.#seated();
    const drawing = new Drawing(mirror, this.#game.tickRateHz, this.#ticksPerSending);
    this.#drawing = drawing;
    drawing.record(this.tick);
    drawing.aim(this.tick, this.tick);
    this.#drawnAtMs = this.#nowMs;
    if (this.#game.predict === 'none' || this.seat === 0) return drawing;
    this.#prediction = new Prediction({
      // As one of all games: its types were checked where the author wrote it.
      game: this.#game as unknown as Game,
      seat: this.seat,
      roomId: this.id,
      confirmed: mirror.store as unknown as StateStore,
      inputs: this.#inputs.timeline as unknown as InputTimeline<ValuesOf<Fields>>,
      drawn: drawing.tables,
      rejected: (name, payload) => this.#onReject.get(name)?.tell(payload),
    });
    this.#prediction.confirmed(this.tick);
    drawing.predict(this.#prediction);
    return drawing;
  }

  /** Begins the ticks that are due by now, and sends what they ask for. */
  #beat(nowMs: number): void {
    this.#noticeSleep(nowMs);
    if (!this.#isPlaying) return;
    this.#time.steer(nowMs);
    const tick = this.#time.playedTick(nowMs);
    if (tick === this.#playedTick) return;
    // A clock that jumped ahead has one input for all the ticks it left out: nobody played them.
    this.#playedTick = tick;
    const input = this.#inputs.begin(tick);
    if (this.#prediction === null) this.#inputs.timeline.settle(this.tick);
    if (input !== null) {
      this.#time.sending(tick, nowMs);
      const viewDelayTicks = Math.max(0, tick - this.#time.viewed(nowMs));
      this.#send({ kind: 'input', input, tick, seenTick: Math.max(this.tick, this.#heardTick), viewDelayTicks });
    }
    this.#schedule();
  }

  /** Sets the timer for the next tick at which something is to be sent. */
  #schedule(): void {
    if (!this.#isPlaying) return;
    this.#cancelBeat();
    const dueMs = this.#time.whenMs(this.#inputs.dueTick(this.#playedTick));
    this.#cancelBeat = this.#timers.after(dueMs - this.#timers.nowMs(), () => {
      this.#beat(this.#timers.nowMs());
      this.#schedule();
    });
  }

  /** The page was hidden or is seen again. */
  #attend(): void {
    this.#cancelRest();
    if (!this.#attention.isHidden) {
      if (this.#isResting) this.#wake();
      return;
    }
    if (!this.#isResting) this.#cancelRest = this.#timers.after(REST_AFTER_MS, () => this.#rest());
  }

  /** Nobody looks: nothing is held, for keys that go up are not heard of, and no state is sent. */
  #rest(): void {
    if (this.connection !== 'open') return;
    this.#beat(this.#timers.nowMs());
    this.#isResting = true;
    this.#cancelBeat();
    const tick = ++this.#playedTick;
    const input = this.#inputs.release(tick);
    this.#send({ kind: 'input', input, tick, seenTick: this.tick, viewDelayTicks: 0 });
    this.#send({ kind: 'rest' });
  }

  /** Somebody looks again: one whole state. */
  #wake(): void {
    this.#startAnew();
    this.#repairing = null;
    this.#repair('gap');
    this.#line.hurry();
  }

  /** The next thing that is any use is the whole state; clocks are set anew, and whatever went by is not played again. */
  #startAnew(): void {
    this.#isResting = false;
    this.#awakeAtMs = this.#timers.nowMs();
    this.#cancelBeat();
    this.#time.restart();
    this.#prediction?.restart();
    this.#repairing = 'gap';
  }

  #noticeSleep(nowMs: number): void {
    const sleptMs = nowMs - this.#awakeAtMs;
    this.#awakeAtMs = nowMs;
    // While the whole state is on its way nothing runs either.
    const isPlaying = this.#isPlaying;
    if (sleptMs > SLEPT_MS && isPlaying) this.#wake();
  }

  /** True while inputs go out. */
  get #isPlaying(): boolean {
    return this.connection === 'open' && this.#time.isSet && !this.#isResting && this.seat !== 0;
  }

  /** Time stands still for a room that is closed. */
  get #nowMs(): number {
    return Math.min(this.#timers.nowMs(), this.#closedAtMs);
  }

  #send(frame: ClientFrame): void {
    this.#sendBytes(encodeClientFrame(this.#game, frame));
  }

  #sendBytes(bytes: Uint8Array): void {
    this.#bytesOut += bytes.length;
    this.#line.send(bytes);
  }

  #fieldsOf(command: string): Fields {
    const { commands } = this.#game;
    const fields = Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (fields !== undefined) return fields;
    throw new GameError('BAD_COMMAND', 'This game has no command of that name.', { field: command, reason: 'unknown' });
  }

  #numbered(frame: (number: number) => ClientFrame): (number: number) => Uint8Array {
    return (number) => encodeClientFrame(this.#game, frame(number));
  }

  #refused({ number, code, sentence, details }: Extract<ServerFrame, { kind: 'refusal' }>): void {
    // A code that this client does not know comes from a newer server; its sentence still helps.
    const known: ErrorCode = isErrorCode(code) ? code : 'BAD_MESSAGE';
    // The server wrote the details of this very code.
    const error = new GameError(known, sentence, details as unknown as GameError['details']);
    // Before there is a seat, a refusal of nothing in particular is why there will be none.
    const isEnd = number === 0 && (ERRORS[known].closeCode !== null || !this.#line.isOpen);
    if (isEnd) this.#line.reason = error;
    else if (!this.#requests.refused(number, error)) this.#onError.tell(error);
  }

  #repair(because: RepairReason): void {
    if (this.#repairing === because || this.#repairing === 'gap') return;
    this.#repairing = because;
    // One that rests asks when it wakes.
    if (!this.#isResting) this.#send({ kind: 'repair', because });
  }

  /**
   * Tells the server where this mirror, whose checksum was wrong, differs from the snapshot that is to replace it. The
   * server brings a mirror up to date before it answers such a repair, so the two are of one state, also where their
   * ticks differ.
   */
  #compare(snapshot: Uint8Array): void {
    const fresh = createMirror(this.#game.state, this.seat);
    const frame = applyServerFrame(this.#game, fresh.store, -1, new ByteReader(snapshot));
    const at = firstDifference(this.#seated().store, fresh.store);
    if (frame.kind !== 'snapshot' || at === null) return;
    this.#send({ kind: 'diverged', tick: frame.tick, at });
  }

  #seated(): StateMirror<S> {
    if (this.#mirror === null) throw new TypeError('a room has no state before the server has sent it');
    return this.#mirror;
  }
}

interface ToldEvent {
  readonly payload: ValuesOf<Fields>;
  readonly info: EventInfo;
}

function listenersOf<T>(all: Map<string, Listeners<T>>, name: string): Listeners<T> {
  let listeners = all.get(name);
  if (listeners === undefined) {
    listeners = new Listeners();
    all.set(name, listeners);
  }
  return listeners;
}
