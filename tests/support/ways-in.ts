/** Guests that run in this process: a bare WebSocket, the official Socket.IO client, and the native client. */
import { once } from 'node:events';
import { connect, type JoinOptions } from '@madang/client';
import { landGrab } from '@madang-examples/land-grab/game';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type Guest, Memory, type PlayerJson } from './guest.ts';
import { until } from './yard.ts';

export interface TextGuest extends Guest {
  readonly socket: WebSocket;
  /** How the connection ended, or null while it is open. */
  readonly closed: { readonly code: number; readonly reason: string } | null;
  /** Sends a text frame as it is. */
  send(text: string): void;
}

/** Connects to `/websocket`; `query` is what follows the question mark. */
export function textGuest(url: string, query: Readonly<Record<string, string>> = {}): TextGuest {
  const address = `${url.replace(/^http/u, 'ws')}/websocket?${new URLSearchParams(query)}`;
  const socket = new WebSocket(address);
  const memory = new Memory();
  let closed: { code: number; reason: string } | null = null;
  socket.on('message', (data: Buffer) => {
    const { type, ...payload } = JSON.parse(data.toString('utf8')) as { type: string };
    memory.hear(type, payload);
  });
  socket.on('close', (code, reason) => {
    closed = { code, reason: reason.toString('utf8') };
  });
  socket.on('error', () => {});
  onTestFinished(() => socket.terminate());
  const send = (text: string): void => socket.send(text);
  return {
    kind: 'a bare WebSocket',
    memory,
    socket,
    get closed() {
      return closed;
    },
    send,
    press: send,
    hold: (input) => send(JSON.stringify({ type: 'input', input })),
    say: (message) => send(JSON.stringify({ type: 'message', message })),
    async leave() {
      socket.close(1000);
      await until('the WebSocket is closed', () => closed !== null);
    },
  };
}

/** What an acknowledged request was answered. */
export interface Answer {
  readonly ok: boolean;
  readonly code?: string;
  readonly message?: string;
}

export interface SocketIoGuest extends Guest {
  readonly socket: Socket;
  /** Why the connection ended or was refused, in order. */
  readonly trouble: readonly string[];
  /** Emits with an acknowledgement and resolves with the server's answer. */
  ask(event: string, ...values: readonly unknown[]): Promise<Answer>;
}

/** Connects to `/socket.io/` with the official client. */
export function socketIoGuest(
  url: string,
  auth: Readonly<Record<string, unknown>> = {},
  options: Partial<ManagerOptions & SocketOptions> = {},
): SocketIoGuest {
  const socket = io(url, { auth, forceNew: true, reconnection: false, ...options });
  const memory = new Memory();
  const trouble: string[] = [];
  socket.on('welcome', (payload: object) => memory.hear('welcome', payload));
  socket.on('game_state_update', (payload: object) => memory.hear('state', payload));
  socket.on('response', (payload: object) => memory.hear('response', payload));
  socket.on('game_error', (payload: object) => memory.hear('error', payload));
  socket.on('connect_error', (error: Error & { data?: { code?: unknown } }) => {
    trouble.push(String(error.data?.code ?? error.message));
  });
  socket.on('disconnect', (reason) => trouble.push(reason));
  onTestFinished(() => {
    socket.disconnect();
  });
  return {
    kind: 'socket.io-client',
    memory,
    socket,
    trouble,
    ask: (event, ...values) => socket.timeout(5_000).emitWithAck(event, ...values) as Promise<Answer>,
    press: (word) => void socket.emit('input', word),
    hold: (input) => void socket.emit('input', input),
    say: (message) => void socket.emit('message', message),
    async leave() {
      socket.disconnect();
      await until('the Socket.IO client is disconnected', () => !socket.connected);
    },
  };
}

export type YardRoom = Awaited<ReturnType<typeof joinYard>>;

export interface NativeGuest extends Guest {
  readonly room: YardRoom;
}

const joinYard = (url: string, options: JoinOptions) => connect(url).join(landGrab, options);

/** Joins with the native client. Words are inputs of one tick there, which its pacing guarantees. */
export async function nativeGuest(url: string, options: JoinOptions = {}): Promise<NativeGuest> {
  const room = await joinYard(url, options);
  onTestFinished(() => room.leave());
  const memory = new Memory();
  const yard = (): object => {
    const { players, tiles, round } = room.state;
    const rows: Record<string, PlayerJson> = {};
    for (const { id, name, colour, x, y, score, wins, bot } of players) {
      rows[id] = { name, colour, x, y, score, wins, bot };
    }
    const { width, height, cells } = tiles;
    return { players: rows, tiles: { width, height, cells: Array.from(cells) }, round: { number: round.number } };
  };
  memory.hear('welcome', { you: room.you, tick: room.tick, state: yard() });
  room.onState((tick) => memory.hear('state', { tick, state: yard() }));
  room.onMessage(({ from, message }) => memory.hear('response', { from, message }));
  room.onError(({ code, message }) => memory.hear('error', { code, message }));
  return {
    kind: 'the native client',
    memory,
    room,
    press: () => {
      throw new Error('the native protocol has no words; hold an input');
    },
    hold: (input) => room.input(input),
    say: (message) => room.say(message),
    leave: () => room.leave(),
  };
}

/** Cuts a line without a goodbye, as a lost network does. */
export async function cut(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.terminate();
  await closed;
}
