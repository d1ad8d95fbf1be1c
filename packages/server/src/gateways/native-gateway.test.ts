/** Whole conversations of the native protocol over virtual time: what a client holds is what its player may see. */
import {
  applyServerFrame,
  ByteReader,
  type ClientFrame,
  createMirror,
  defineGame,
  encodeClientFrame,
  encodeJoin,
  type Game,
  hashState,
  type JoinRequest,
  near,
  quantized,
  record,
  request,
  type ServerFrame,
  type StateMirror,
  type StateSchema,
  seededRandom,
  table,
  u8,
  u16,
  u32,
} from '@madang/core';
import fc from 'fast-check';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { createServer } from '../create-server.ts';
import { type MemoryLink, MemoryTransport } from '../memory/memory-transport.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';

const place = quantized({ min: 0, max: 100, step: 1 });

/** Walkers who see what is near, each with a purse of its own; every other second nothing moves. */
const crowd = defineGame({
  name: 'crowd',
  tickRateHz: 20,
  seats: 8,
  state: {
    walkers: table({ x: place, y: place, purse: u32.visibleTo('owner') }),
    coins: table({ x: place, y: place, worth: u8 }, { sendEvery: 2 }),
    round: record({ count: u16 }),
  },
  input: { dx: u8 },
  commands: { double: request({ of: u8 }, { is: u16 }) },
  events: { rang: { tick: u32 } },
  interest: { coins: near({ x: 'x', y: 'y', radius: 40 }) },
  avatars: 'walkers',
  join: (room, seat, { random }) =>
    void room.state.walkers.add({ x: random.below(100), y: random.below(100) }, { owner: seat }),
  on: {
    double(room, _seat, { of }) {
      room.state.round.count += 1;
      return { is: 2 * of };
    },
  },
  control(me, { dx }) {
    me.x = (me.x + dx) % 100;
    me.purse += dx;
  },
  step(room, { tick, random }) {
    if (tick % 20 === 0) room.emit('rang', { tick });
    if (tick % 40 < 20) return;
    room.state.round.count += 1;
    if (room.state.coins.size < 60) room.state.coins.add({ x: random.below(100), y: random.below(100) });
    for (const coin of room.state.coins) {
      if (random.chance(0.05)) room.state.coins.remove(coin);
      else if (random.chance(0.5)) coin.x = random.below(100);
    }
  },
}) as unknown as Game;

/** Who goes into any room. */
const NOBODY = {
  way: 'any',
  key: '',
  name: '',
  identity: '',
  isSpectator: false,
  isPrivate: false,
  options: null,
} as const;

/** One who follows the protocol, and no more. */
class Client {
  readonly heard: ServerFrame[] = [];
  seat = 0;
  mirror: StateMirror<StateSchema> | null = null;
  tick = 0;
  stateBytes = 0;
  link: MemoryLink | null = null;
  isOver = false;

  send(frame: ClientFrame): void {
    this.link?.send(encodeClientFrame(crowd, frame));
  }

  input(dx: number, ahead = 2): void {
    this.send({ kind: 'input', tick: this.tick + ahead, seenTick: this.tick, viewDelayTicks: 3, input: { dx } });
  }

  take(bytes: Uint8Array): void {
    const frame = applyServerFrame(crowd, this.mirror?.store ?? null, this.tick, new ByteReader(bytes));
    this.heard.push(frame);
    switch (frame.kind) {
      case 'welcome':
        this.seat = frame.seat;
        this.mirror = createMirror(crowd.state, frame.seat);
        return;
      case 'snapshot':
      case 'delta':
        this.stateBytes += bytes.length;
        this.tick = frame.tick;
    }
  }

  ofKind(kind: ServerFrame['kind']): readonly ServerFrame[] {
    return this.heard.filter((frame) => frame.kind === kind);
  }
}

async function open(players: number, { buggify = (_: string): boolean => false } = {}) {
  const clock = new VirtualClock();
  const transport = new MemoryTransport(clock, 5);
  const logged: Record<string, unknown>[] = [];
  const server = createServer({
    games: [crowd],
    alwaysOpen: [crowd.name],
    clock,
    transport,
    random: seededRandom(1),
    checksumEvery: 5,
    buggify,
    log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
  });
  await server.start();
  /** One who joins by this wish. */
  const join = (wish: Partial<JoinRequest> = {}): Client => {
    const client = new Client();
    client.link = transport.connect({
      open: () =>
        client.link?.send(encodeJoin({ ...NOBODY, game: crowd.name, fingerprint: crowd.fingerprint, ...wish })),
      message: (data) => {
        if (typeof data !== 'string') client.take(data);
      },
      closed: () => {
        client.isOver = true;
      },
    });
    return client;
  };
  const clients = Array.from({ length: players }, () => join());
  clock.advance(120);
  const [room] = server.rooms.all;
  if (room === undefined) throw new Error('the room is open from the start');
  /** That every client that is awake holds what its player may see, once what was sent has arrived. */
  const expectRight = (awake: readonly Client[]): void => {
    clock.advance(10);
    for (const client of awake) {
      expect(client.isOver).toBe(false);
      expect(client.mirror === null ? '' : hashState(client.mirror.store, client.seat)).toBe(room.hashFor(client.seat));
    }
  };
  return { clock, server, room, clients, join, logged, expectRight };
}

describe('a player who does not look', () => {
  test('is sent no state while it rests, events as ever, and the whole state once it looks again', async () => {
    const { clock, clients, expectRight } = await open(2);
    const [ann = new Client(), ben = new Client()] = clients;
    ann.send({ kind: 'rest' });
    clock.advance(100);
    ann.heard.length = 0;
    clock.advance(60_000);
    expect(new Set(ann.heard.map(({ kind }) => kind))).toEqual(new Set(['event']));
    expect(ann.heard).toHaveLength(60);
    expect(ben.ofKind('delta').length).toBeGreaterThan(500);
    ann.send({ kind: 'repair', because: 'gap' });
    clock.advance(1_000);
    expect(ann.ofKind('snapshot')).toHaveLength(1);
    expectRight(clients);
    clock.advance(2_000);
    expect(ann.ofKind('gap')).toEqual([]);
    expectRight(clients);
  });

  test('keeps its seat, and its inputs are still played', async () => {
    const { clock, room, clients } = await open(1);
    const [ann = new Client()] = clients;
    ann.send({ kind: 'rest' });
    ann.input(1);
    clock.advance(1_000);
    expect(room.taken).toBe(1);
    const [me] = room.state.table('walkers');
    expect((me as unknown as { purse: number }).purse).toBeGreaterThan(15);
  });
});

describe('who joins', () => {
  test('hears its welcome, the state, who is here and what was said, in this order and before all else', async () => {
    const { clock, clients, join } = await open(1);
    const [ann = new Client()] = clients;
    ann.send({ kind: 'do', number: 1, deed: { do: 'chat', text: 'first' } });
    clock.advance(100);
    const ben = join();
    clock.advance(100);
    expect(ben.heard.map(({ kind }) => kind).slice(0, 4)).toEqual(['welcome', 'snapshot', 'people', 'chat']);
    expect(ben.ofKind('people')[0]).toMatchObject({
      isWhole: true,
      here: expect.arrayContaining([expect.objectContaining({ id: ann.seat, isHost: true })]),
    });
    expect(ben.ofKind('chat')).toMatchObject([{ from: ann.seat, text: 'first' }]);
    expect(ann.ofKind('people').at(-1)).toMatchObject({ isWhole: false, here: [{ id: ben.seat }], gone: [] });
  });
});

describe('what is asked for by number', () => {
  test('is answered by that number: replies, what is done, what is refused', async () => {
    const { clock, clients } = await open(1);
    const [ann = new Client()] = clients;
    ann.send({ kind: 'ask', number: 1, key: '', name: 'double', payload: { of: 21 } });
    ann.send({ kind: 'say', number: 2, message: 'hi' });
    ann.send({ kind: 'do', number: 3, deed: { do: 'kick', who: 1 } });
    ann.send({ kind: 'do', number: 4, deed: { do: 'fly' } });
    ann.send({ kind: 'command', number: 5, name: 'double', payload: { of: 4 } });
    clock.advance(100);
    const told = ann.heard.filter(({ kind }) => kind === 'answer' || kind === 'done' || kind === 'refusal');
    expect(told.toSorted((a, b) => ('number' in a && 'number' in b ? a.number - b.number : 0))).toMatchObject([
      { kind: 'answer', number: 1, name: 'double', reply: { is: 42 } },
      { kind: 'done', number: 2 },
      { kind: 'refusal', number: 3, code: 'NOT_HOST' },
      { kind: 'refusal', number: 4, code: 'BAD_COMMAND' },
      { kind: 'answer', number: 5, name: 'double', reply: { is: 8 } },
    ]);
    expect(ann.ofKind('said')).toMatchObject([{ message: 'hi' }]);
    expect(ann.isOver).toBe(false);
  });

  test('[GA08] [PR13] and whose answer was lost with the line is answered once more to the next, and done once', async () => {
    const { clock, room, clients, join } = await open(1);
    const [ann = new Client()] = clients;
    const [welcome] = ann.ofKind('welcome');
    const ask = (client: Client): void =>
      client.send({ kind: 'ask', number: 1, key: '', name: 'double', payload: { of: 21 } });
    while (room.tick % 40 !== 2) clock.advance(50);
    const count = (): unknown => Reflect.get(room.state.view.round ?? {}, 'count');
    const before = Number(count());
    ask(ann);
    clock.advance(10);
    ann.link?.close();
    clock.advance(100);
    const again = join({ way: 'return', key: welcome?.kind === 'welcome' ? welcome.token : '' });
    clock.advance(100);
    ask(again);
    clock.advance(100);
    const answer = { kind: 'answer', number: 1, name: 'double', reply: { is: 42 } };
    expect(again.heard[0]).toMatchObject({ kind: 'welcome', seat: ann.seat, heard: 1, isReturn: true });
    expect(again.ofKind('answer').at(-1)).toEqual(answer);
    expect(Number(count()) - before).toBe(1);
  });

  test('[PR13] and leaves a number out ends the connection with BAD_FRAME', async () => {
    const { clock, clients } = await open(1);
    const [ann = new Client()] = clients;
    ann.send({ kind: 'say', number: 2, message: 'hi' });
    clock.advance(100);
    expect(ann.ofKind('refusal')).toMatchObject([{ code: 'BAD_FRAME' }]);
    expect(ann.isOver).toBe(true);
  });

  test('a line of chat that is far too long is refused, and its player plays on', async () => {
    const { clock, clients } = await open(1);
    const [ann = new Client()] = clients;
    ann.send({ kind: 'do', number: 1, deed: { do: 'chat', text: '길'.repeat(4_000) } });
    clock.advance(100);
    expect(ann.ofKind('refusal')).toMatchObject([{ number: 1, code: 'BAD_CHAT' }]);
    expect(ann.isOver).toBe(false);
  });

  test('a ping is answered at once', async () => {
    const { clock, clients } = await open(1);
    const [ann = new Client()] = clients;
    ann.send({ kind: 'ping' });
    clock.advance(10);
    expect(ann.ofKind('pong')).toHaveLength(1);
  });
});

describe('a room in which nothing changes', () => {
  test('says so once, and then writes nothing', async () => {
    const { clock, room, clients, expectRight } = await open(2);
    // The last movement of each second is at its end.
    while (room.tick % 40 !== 2) clock.advance(50);
    clock.advance(10);
    const [ann = new Client()] = clients;
    const before = ann.stateBytes;
    clock.advance(700);
    expect(ann.stateBytes).toBe(before);
    expectRight(clients);
  });
});

describe('what rarely happens', () => {
  test('(full peers, needless repairs, rests) leaves every mirror right in the end, and costs nobody its seat', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.double({ min: 0, max: 0.6, noNaN: true }), async (seed, chance) => {
        const random = seededRandom(seed);
        let isRough = true;
        const { clock, clients, logged, expectRight } = await open(4, {
          buggify: () => isRough && random.chance(chance),
        });
        const resting = new Set<Client>();
        for (let i = 0; i < 150; i++) {
          for (const client of clients) {
            if (random.chance(0.3)) client.input(random.below(3), random.below(6) - 2);
            if (random.chance(0.02)) {
              const isWaking = resting.delete(client);
              client.send(isWaking ? { kind: 'repair', because: 'gap' } : { kind: 'rest' });
              if (!isWaking) resting.add(client);
            }
          }
          clock.advance(50);
        }
        isRough = false;
        for (const client of resting) client.send({ kind: 'repair', because: 'gap' });
        clock.advance(1_000);
        expectRight(clients);
        for (const client of clients) expect(client.ofKind('gap')).toEqual([]);
        expect(logged).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
