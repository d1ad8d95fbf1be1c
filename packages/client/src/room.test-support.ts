/** A server in the test's hands, time included, and one player of a small game at it. */
import {
  ByteReader,
  ByteWriter,
  type ClientFrame,
  createState,
  decodeClientFrame,
  decodeJoin,
  defineGame,
  encodeWelcome,
  isJoin,
  type JoinRequest,
  request,
  table,
  text,
  u8,
  u32,
  type WelcomeFrame,
  writeDeltaHead,
  writeNoGrants,
  writeSnapshot,
  writeSnapshotHead,
} from '@madang/core';
import { Publication } from '@madang/core/codec';
import { VirtualClock } from '@madang/testing';
import type { Attention } from './attention.ts';
import { type Connection, type ConnectOptions, connect } from './connection.ts';
import type { LinkEvents } from './link.ts';

export const duel = defineGame({
  name: 'duel',
  tickRateHz: 10,
  seats: 2,
  state: { ships: table({ x: u8, name: text(20) }) },
  input: { thrust: u8, turn: u8 },
  commands: { chat: { line: text(20) }, buy: request({ item: u8 }, { coins: u32 }) },
  events: { hit: { by: u8 } },
  avatars: 'ships',
});

/** A page that is looked at, or not, on a machine with a network. */
export class HandPage implements Attention {
  isHidden = false;
  readonly #runs = new Set<() => void>();
  readonly #online = new Set<() => void>();

  onChange(run: () => void): () => void {
    this.#runs.add(run);
    return () => this.#runs.delete(run);
  }

  onOnline(run: () => void): () => void {
    this.#online.add(run);
    return () => this.#online.delete(run);
  }

  /** Who still wants to know anything of this page. */
  get listeners(): number {
    return this.#runs.size + this.#online.size;
  }

  hide(isHidden: boolean): void {
    this.isHidden = isHidden;
    for (const run of [...this.#runs]) run();
  }

  online(): void {
    for (const run of [...this.#online]) run();
  }
}

/** One line that a client opened. */
export interface HandLine {
  readonly on: LinkEvents;
  /** The client has closed it. */
  isClosed: boolean;
}

export class HandServer {
  readonly clock = new VirtualClock();
  readonly page = new HandPage();
  readonly lines: HandLine[] = [];
  readonly connection: Connection;
  readonly #state = createState(duel.state);
  readonly #publication = new Publication(this.#state);
  readonly #sent: Uint8Array[] = [];
  #tick = 0;

  constructor(options: Omit<ConnectOptions, 'openLink' | 'timers' | 'attention'> = {}) {
    this.connection = this.connect(options);
  }

  /** Another page's way to this server. */
  connect(options: Omit<ConnectOptions, 'openLink' | 'timers' | 'attention'> = {}): Connection {
    return connect('http://game.example:8888', {
      random: () => 0.5,
      ...options,
      openLink: (_url, on) => {
        const line: HandLine = { on, isClosed: false };
        this.lines.push(line);
        return {
          send: (frame) => void (line.isClosed || this.#sent.push(frame)),
          close: () => {
            if (line.isClosed) return;
            line.isClosed = true;
            on.closed(1000, '');
          },
        };
      },
      timers: this.clock,
      attention: this.page,
    });
  }

  get state() {
    return this.#state.view;
  }

  /** The line that was opened last. */
  get line(): HandLine {
    const line = this.lines.at(-1);
    if (line === undefined) throw new Error('no line was opened');
    return line;
  }

  /** The line opens: answers what the client asks with. */
  async opened(): Promise<JoinRequest> {
    this.line.on.open();
    await this.clock.settle();
    return this.asked();
  }

  /** The one request to come in that was sent since anybody looked. */
  asked(): JoinRequest {
    const joins = this.#sent.splice(0).filter(isJoin);
    const [join] = joins;
    if (join === undefined || joins.length > 1) throw new Error(`the client asked ${joins.length} times`);
    return decodeJoin(new ByteReader(join));
  }

  say(frame: Uint8Array): void {
    this.line.on.frame(frame);
  }

  close(closeCode: number, reason = ''): void {
    this.line.isClosed = true;
    this.line.on.closed(closeCode, reason);
  }

  /** What the client has said since the last time. */
  frames(): readonly ClientFrame[] {
    return this.#sent.splice(0).map((frame) => decodeClientFrame(duel, new ByteReader(frame)));
  }

  /** The seat is there, or back, and the whole state with it. */
  welcome(welcome: Partial<WelcomeFrame> = {}): void {
    this.say(
      encodeWelcome({
        seat: 1,
        roomId: 'room',
        code: '',
        you: '1',
        token: 'first',
        graceMs: 20_000,
        heard: 0,
        isReturn: false,
        ...welcome,
      }),
    );
    this.say(this.snapshot());
  }

  /** The state as rules left it: a tick of its own. */
  snapshot(): Uint8Array {
    const out = new ByteWriter();
    this.#publication.publish();
    writeSnapshotHead(out, ++this.#tick);
    writeSnapshot(out, this.#state, { seat: 0, team: 0, rowsOf: () => null });
    writeNoGrants(out);
    return out.take();
  }

  /** What rules changed since the last tick. */
  delta(): Uint8Array {
    const out = new ByteWriter();
    this.#publication.publish();
    writeDeltaHead(out, ++this.#tick, this.#tick - 1);
    out.append(this.#publication.shared);
    out.u8(0);
    writeNoGrants(out);
    return out.take();
  }

  /** Time passes, and nothing runs. */
  sleep(ms: number): void {
    this.clock.stall(ms);
  }

  async wait(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }
}

/** One player who has a ship and its first state. */
export async function seated(options: Omit<ConnectOptions, 'openLink' | 'timers' | 'attention'> = {}) {
  const server = new HandServer(options);
  server.state.ships.add({ x: 1, name: 'Ann' }, { owner: { number: 1 } });
  const joining = server.connection.join(duel, { name: 'Ann' });
  await server.clock.settle();
  await server.opened();
  server.welcome();
  const room = await joining;
  server.frames();
  return { server, room };
}
