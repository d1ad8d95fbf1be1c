/**
 * A whole server in memory, and four connections that follow a script: bytes that say who sends what, when a line
 * breaks and comes back, and when time goes by. Any bytes are a script.
 */
import {
  applyServerFrame,
  ByteReader,
  type ClientFrame,
  choice,
  createMirror,
  defineGame,
  ERRORS,
  encodeClientFrame,
  encodeJoin,
  type Game,
  hashState,
  i32,
  type JoinRequest,
  type JsonValue,
  record,
  refuse,
  request,
  type SeededRandom,
  type StateMirror,
  type StateSchema,
  seededRandom,
  table,
  text,
  u8,
  u32,
} from '@madang/core';
import { createServer, type MadangServer } from '@madang/server';
import { type MemoryLink, MemoryTransport, VirtualClock } from '@madang/server/memory';
import pino from 'pino';

const TICK_MS = 50;
const GRACE_MS = 2_000;
/** By then seats that were dropped are free, and rooms without anybody are closed. */
const AFTERWARDS_MS = 30_000;

const CONNECTIONS = 4;

/** What the first byte of a step says, modulo as many as there are. */
const STEPS = ['send', 'send', 'send', 'wait', 'cut', 'open', 'return'] as const;

/** What is played: a bit of everything that a room does. */
export const plaza = defineGame({
  name: 'plaza',
  tickRateHz: 1000 / TICK_MS,
  seats: 3,
  spectators: 2,
  state: {
    people: table({ x: i32, name: text(32), coins: u32.visibleTo('owner') }, { maxRows: 8 }),
    rules: record({ speed: u8, map: choice('hill', 'lake') }),
  },
  options: 'rules',
  listed: 'rules',
  avatars: 'people',
  input: { dir: choice('none', 'left', 'right') },
  commands: { buy: request({ item: u8, note: text(20) }, { coins: u32 }), wave: { to: u8 } },
  events: { waved: { to: u8 } },
  hostMay: ['kick', 'lock', 'pass'],
  rates: { wave: 4 },
  join(room, seat) {
    room.state.people.add({ name: seat.name, coins: 10 }, { owner: seat });
    room.announce(`Hello, seat ${seat.number}`);
  },
  on: {
    buy(room, seat, { item }) {
      const me = room.state.people.ownedBy(seat);
      if (me === undefined || me.coins < item) return refuse('you have too few coins');
      me.coins -= item;
      return { coins: me.coins };
    },
    wave(room, _seat, { to }) {
      room.emit('waved', { to });
    },
  },
  control(me, { dir }) {
    me.x += dir === 'left' ? -1 : dir === 'right' ? 1 : 0;
  },
}) as unknown as Game;

/** Runs a script to its end. Answers how often somebody was welcomed. Throws where the server breaks a promise. */
export async function runSession(script: Uint8Array, game: Game = plaza): Promise<number> {
  const world = new World(game);
  await world.start();
  const from = new Script(script);
  while (!from.isOver) {
    const step = STEPS[from.byte() % STEPS.length];
    if (step === 'wait') await world.advance((1 + (from.byte() % 60)) * TICK_MS);
    else {
      const who = world.lines[from.byte() % CONNECTIONS];
      if (step === 'send') who?.send(from.bytes());
      else if (step === 'cut') who?.cut();
      else if (step === 'open') who?.open();
      else who?.comeBack();
    }
    await world.advance(0);
  }
  await world.end();
  return world.lines.reduce((sum, { welcomes }) => sum + welcomes, 0);
}

/** Scripts of players who do nothing wrong. */
export function honestScripts(random: SeededRandom): readonly Uint8Array[] {
  return Array.from({ length: 40 }, () => {
    const steps: number[] = [];
    const heard = new Array<number>(CONNECTIONS).fill(0);
    const send = (who: number, frame: Uint8Array): void => void steps.push(0, who, frame.length, ...frame);
    for (let left = 4 + random.below(16); left > 0; left--) {
      const who = random.below(CONNECTIONS);
      const number = (heard[who] ?? 0) + 1;
      if (number === 1) {
        send(who, encodeJoin(anyJoin(random)));
        heard[who] = 1;
      } else if (random.chance(0.1))
        steps.push(STEPS.indexOf('cut'), who, 3, random.below(20), STEPS.indexOf('return'), who);
      else {
        const frame = anyFrame(random, number - 1);
        if ('number' in frame) heard[who] = number;
        send(who, encodeClientFrame(plaza, frame));
      }
      if (random.chance(0.5)) steps.push(STEPS.indexOf('wait'), random.below(5));
    }
    return Uint8Array.from(steps);
  });
}

function anyJoin(random: SeededRandom): JoinRequest {
  return {
    game: 'plaza',
    fingerprint: plaza.fingerprint,
    way: random.pick(['any', 'any', 'any', 'create']),
    key: '',
    name: random.pick(['', 'Ann', '지민']),
    identity: '',
    isSpectator: random.chance(0.1),
    isPrivate: random.chance(0.2),
    options: random.pick<JsonValue>([null, { speed: 3 }, { map: 'lake' }]),
  };
}

function anyFrame(random: SeededRandom, number: number): ClientFrame {
  const tick = random.below(200);
  const who = 1 + random.below(4);
  const is = random.chance(0.5);
  const deed = random.pick<JsonValue>([
    { do: 'chat', text: random.pick(['hi', '안녕', 'again', 'and again']), to: random.pick(['all', 'team']) },
    { do: 'typing', is },
    { do: 'block', who, is },
    { do: 'mute', who, is },
    { do: 'kick', who },
    { do: 'lock', is },
    { do: 'pass', who },
  ]);
  return random.pick<ClientFrame>([
    { kind: 'input', tick, seenTick: Math.max(0, tick - 3), viewDelayTicks: 1.5, input: { dir: 'left' } },
    { kind: 'command', number, name: 'wave', payload: { to: who } },
    {
      kind: 'ask',
      number,
      key: random.pick(['', 'a', 'b']),
      name: 'buy',
      payload: { item: random.below(12), note: '' },
    },
    { kind: 'say', number, message: { hi: who } },
    { kind: 'do', number, deed },
    { kind: 'do', number, deed },
    { kind: 'ping' },
    { kind: 'repair', because: 'gap' },
    { kind: 'rest' },
    { kind: 'leave' },
  ]);
}

class Script {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  /** As many as the next byte says, or as there are. */
  bytes(): Uint8Array {
    const count = this.byte();
    const bytes = this.#bytes.slice(this.#at, this.#at + count);
    this.#at += count;
    return bytes;
  }
}

class World {
  readonly lines: readonly Line[];
  readonly #clock = new VirtualClock();
  readonly #server: MadangServer;
  /** What the server logged as an error of its own. */
  readonly #errors: string[] = [];

  constructor(game: Game) {
    const transport = new MemoryTransport(this.#clock);
    const log = pino({ level: 'error', base: null }, { write: (line: string) => void this.#errors.push(line) });
    this.#server = createServer({
      games: [game],
      transport,
      clock: this.#clock,
      random: seededRandom(1),
      log,
      graceMs: GRACE_MS,
      checksumEvery: 1,
    });
    this.lines = Array.from({ length: CONNECTIONS }, () => new Line(transport));
  }

  async start(): Promise<void> {
    await this.#server.start();
    for (const line of this.lines) line.open();
  }

  async advance(ms: number): Promise<void> {
    this.#clock.advance(ms);
    await this.#clock.settle();
    const [error] = this.#errors;
    if (error !== undefined) throw new Error(`the server logged an error: ${error}`);
    for (const line of this.lines) line.check();
  }

  /** All lines are cut: nobody and nothing may be left. */
  async end(): Promise<void> {
    for (const line of this.lines) line.cut();
    await this.advance(AFTERWARDS_MS);
    const left = this.#server.rooms.all.length;
    if (left > 0) throw new Error(`${left} rooms are left when everybody has gone`);
    await this.#server.stop();
    if (this.#clock.pending > 0) throw new Error(`${this.#clock.pending} timers are left when the server has stopped`);
  }
}

/** One client's line, and the copy of the state that it holds as an SDK would. */
class Line {
  welcomes = 0;
  readonly #transport: MemoryTransport;
  #link: MemoryLink | null = null;
  #seat = 0;
  #token = '';
  #mirror: StateMirror<StateSchema> | null = null;
  #tick = -1;
  #problem: unknown = null;

  constructor(transport: MemoryTransport) {
    this.#transport = transport;
  }

  open(): void {
    this.cut();
    this.#mirror = null;
    this.#tick = -1;
    const link = this.#transport.connect({
      open: () => {},
      message: (data) => {
        if (this.#link === link) this.#guard(() => this.#take(data));
      },
      closed: (code) => this.#guard(() => this.#closed(code)),
    });
    this.#link = link;
  }

  send(bytes: Uint8Array): void {
    this.#link?.send(bytes);
  }

  cut(): void {
    this.#link?.close();
    this.#link = null;
  }

  comeBack(): void {
    this.open();
    const who = { game: 'plaza', fingerprint: plaza.fingerprint, name: '', identity: '' };
    const rest = { isSpectator: false, isPrivate: false, options: null };
    this.send(encodeJoin({ ...who, ...rest, way: 'return', key: this.#token }));
  }

  /** Throws what was wrong with what came. */
  check(): void {
    if (this.#problem !== null) throw this.#problem;
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (problem) {
      this.#problem ??= problem;
    }
  }

  #take(data: Uint8Array | string): void {
    if (typeof data === 'string') throw new Error('the server sent text');
    const frame = applyServerFrame(plaza, this.#mirror?.store ?? null, this.#tick, new ByteReader(data));
    switch (frame.kind) {
      case 'welcome':
        this.welcomes++;
        this.#seat = frame.seat;
        this.#token = frame.token;
        this.#mirror = createMirror(plaza.state, frame.seat);
        return;
      case 'snapshot':
      case 'delta':
        this.#tick = frame.tick;
        return;
      case 'gap':
        throw new Error(`the server left out what came between ticks ${this.#tick} and ${frame.baseTick}`);
      case 'check':
        if (this.#mirror === null || frame.tick !== this.#tick) return;
        if (hashState(this.#mirror.store, this.#seat) !== frame.hash) throw new Error('the checksum is another');
    }
  }

  #closed(code: number): void {
    const known: readonly (number | null)[] = [1008, ...Object.values(ERRORS).map(({ closeCode }) => closeCode)];
    if (!known.includes(code)) throw new Error(`the server closed with ${code}`);
  }
}
