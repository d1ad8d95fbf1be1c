/**
 * Cases of the catalogue that belong to no other file here: what comes too late, twice or for another room (PR11, PR12,
 * PR20), who takes more than its share (GA14, RX08, RX09), and seats that are asked for by who has or knows what is not
 * its own (AU08, AU09).
 */
import { applyServerFrame, ByteReader, encodeClientFrame, GameError } from '@madang/core';
import { DEFAULT_LIMITS } from '@madang/server';
import { landGrab } from '@madang-examples/land-grab/game';
import { expect } from 'vitest';
import { until } from '../support/yard.ts';
import {
  expectHeard,
  GATEWAYS,
  type GatewayUnderTest,
  joinFrame,
  nativeRefusals,
  parsed,
  REQUESTS,
  sayFrame,
  textRefusals,
} from './gateways.ts';
import { binaryFrame, frame, OPCODE, type RawSocket, textFrame } from './raw-socket.ts';
import { abuse, type World } from './standing.ts';
import { stillLife } from './still-life.ts';
import { expectUntouched } from './untouched.ts';

const [play, websocket, socketIo] = GATEWAYS as [GatewayUnderTest, GatewayUnderTest, GatewayUnderTest];

/** First bytes of native frames, as docs/protocol.md has them. */
const SAY = 4;
const WELCOME = 64;
const SNAPSHOT = 65;

const LEAVE = encodeClientFrame(stillLife, { kind: 'leave' });

/** The welcome of a native connection to the still room. */
async function welcomeOf(raw: RawSocket) {
  await until('the welcome arrives', () => raw.binaries.some((bytes) => bytes[0] === WELCOME));
  const bytes = raw.binaries.find((one) => one[0] === WELCOME) ?? Buffer.alloc(0);
  const frame = applyServerFrame(stillLife, null, 0, new ByteReader(bytes));
  if (frame.kind !== 'welcome') throw new Error('this frame is the welcome');
  return frame;
}

/** A native connection that asked to join. */
async function joining(world: World, ...[game, wish]: Parameters<typeof joinFrame>): Promise<RawSocket> {
  const raw = await world.upgrade(REQUESTS.play);
  raw.write(binaryFrame(joinFrame(game, wish)));
  return raw;
}

/** Closes rooms that were opened since, so that nobody has to wait until they close by themselves. */
function closeAllBut(world: World, ids: readonly string[]): void {
  for (const room of world.server.rooms.all) {
    if (!ids.includes(room.id)) room.close(new GameError('ROOM_CLOSED', 'over', { roomId: room.id, reason: 'over' }));
  }
}

const roomIds = (world: World): string[] => world.server.rooms.all.map(({ id }) => id);

abuse('PR11: what comes behind a leave in the same segment is not heard, on every gateway', async ({ world }) => {
  const native = await play.seated(world, stillLife);
  native.raw.write(binaryFrame(LEAVE), native.saying('too late'), binaryFrame(LEAVE), native.saying('later'));
  expect(await native.raw.closed()).toEqual({ code: 1000, reason: 'LEFT' });
  const plain = await websocket.seated(world, stillLife);
  plain.raw.write(frame({ opcode: OPCODE.close, payload: Buffer.from([3, 232]) }), plain.saying('too late'));
  await plain.raw.closed();
  const engine = await socketIo.seated(world, stillLife);
  engine.raw.write(textFrame('41'), engine.saying('too late'));
  await engine.raw.closed();
  expectUntouched(world);
});

abuse('PR11: what is said in one room is not heard in another, and no message names a room', async ({ world }) => {
  const before = roomIds(world);
  const { id } = world.server.rooms.open(stillLife);
  const native = await joining(world, stillLife, { way: 'room', key: id });
  await welcomeOf(native);
  const plain = await world.upgrade({ path: `/websocket?game=still-life&room=${id}` });
  await plain.text('the welcome', (text) => parsed(text).type === 'welcome');
  const other = world.inStillLife.room.id;
  plain.write(
    textFrame(JSON.stringify({ type: 'message', message: 'x', room: other })),
    textFrame(JSON.stringify({ type: 'input', input: { pick: 'left' }, room: other })),
  );
  native.write(binaryFrame(sayFrame(stillLife, 'in the other room')));
  await plain.text('what the native one says', (text) => text.includes('in the other room'));
  expect(textRefusals(plain)).toEqual(['BAD_MESSAGE', 'BAD_MESSAGE']);
  const engine = await socketIo.seated(world, stillLife);
  engine.raw.write(textFrame(`42["message","x",${JSON.stringify(id)}]`));
  await engine.raw.text('the refusal', (text) => text.includes('BAD_MESSAGE'));
  expectUntouched(world);
  native.write(binaryFrame(LEAVE));
  await native.closed();
  plain.destroy();
  await until('the other room is empty', () => world.server.rooms.get(id)?.taken === 0);
  closeAllBut(world, before);
});

/** A say frame with a number that is spelled by hand. */
const saying = (...number: number[]): Buffer => {
  const text = Buffer.from('"x"');
  return binaryFrame(Buffer.from([SAY, ...number, text.length, ...text]));
};

abuse(
  'PR12: a request whose number was there before is not done again, and its answer is told again',
  async ({ world }) => {
    const { raw } = await play.seated(world, stillLife);
    const count = encodeClientFrame(stillLife, {
      kind: 'ask',
      number: 1,
      key: '',
      name: 'count',
      payload: { times: 3 },
    });
    raw.write(...new Array<Uint8Array>(5).fill(binaryFrame(count)), saying(0), saying(1));
    const { state } = world.inStillLife.room;
    await until('it is done', () => state.marks.count > 0);
    raw.write(binaryFrame(sayFrame(stillLife, 'after it', 2)));
    await until('what follows is heard', () => world.inStillLife.heard.length > 0);
    expect(state.marks.count).toBe(3);
    expect(world.inStillLife.heard).toEqual(['after it']);
    expect(raw.isOpen).toBe(true);
  },
);

abuse('PR12: a request whose number leaves others out, or is none, ends the connection undone', async ({ world }) => {
  const numbers: Readonly<Record<string, readonly number[]>> = {
    two: [2],
    'two to the 31st': [0x80, 0x80, 0x80, 0x80, 0x08],
    'two to the 32nd, less one': [0xff, 0xff, 0xff, 0xff, 0x0f],
    'two to the 53rd': [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10],
    'minus one in 64 bits': [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    endless: new Array<number>(100).fill(0xff),
  };
  for (const [what, number] of Object.entries(numbers)) {
    const { raw } = await play.seated(world, stillLife);
    raw.write(saying(...number));
    expect(await raw.closed(), what).toEqual({ code: 4400, reason: 'BAD_FRAME' });
    world.expectEnds('BAD_FRAME');
  }
  expectUntouched(world);
});

abuse(
  'PR20: a client of another version of the game is told to update, with 4426, before any state',
  async ({ world }) => {
    const { fingerprint } = stillLife;
    const versions = [fingerprint ^ 1, 0, 0xffffffff, landGrab.fingerprint].map((one) => one >>> 0);
    const room = world.server.rooms.get(world.inStillLife.room.id);
    for (const version of versions) {
      for (const wish of [{}, { way: 'create' }, { way: 'return', key: 'x'.repeat(32) }] as const) {
        const raw = await joining(world, { name: stillLife.name, fingerprint: version }, wish);
        raw.write(binaryFrame(sayFrame(stillLife, 'x')));
        expect(await raw.closed()).toEqual({ code: 4426, reason: 'SCHEMA_MISMATCH' });
        expect(nativeRefusals(raw)).toEqual(['SCHEMA_MISMATCH']);
        expect(raw.binaries, 'nothing but the refusal was sent').toHaveLength(1);
        expect(room?.taken).toBe(1);
        world.expectEnds('SCHEMA_MISMATCH');
      }
    }
    expectUntouched(world);
  },
);

/** Opens a room and leaves it, and answers how the connection ended. */
async function openAndLeave(world: World, identity = ''): Promise<{ readonly code: number; readonly reason: string }> {
  const raw = await joining(world, stillLife, { way: 'create', identity });
  await until('it is welcome or not', () => raw.binaries.length > 0);
  raw.write(binaryFrame(LEAVE));
  return raw.closed();
}

const LEFT = { code: 1000, reason: 'LEFT' };
const TOO_MANY = { code: 4429, reason: 'RATE_LIMITED' };

abuse('GA14: who opens room after room is refused with 4429 from the eleventh on', async ({ world }) => {
  const before = roomIds(world);
  const { roomsPerMinute } = DEFAULT_LIMITS;
  for (let opened = 0; opened < roomsPerMinute; opened++) expect(await openAndLeave(world)).toEqual(LEFT);
  for (let tries = 0; tries < 3; tries++) {
    const raw = await joining(world, stillLife, { way: 'create' });
    expect(await raw.closed()).toEqual(TOO_MANY);
    world.expectEnds('RATE_LIMITED');
  }
  expect(roomIds(world)).toHaveLength(before.length + roomsPerMinute);
  // Rooms that are there may still be joined.
  expect((await welcomeOf(await joining(world, stillLife))).roomId).toBe(world.inStillLife.room.id);
  closeAllBut(world, before);
});

abuse('GA14: an address does not open more rooms by being a new guest for each', async ({ world }) => {
  const before = roomIds(world);
  const { roomsPerMinute } = DEFAULT_LIMITS;
  const ends: unknown[] = [];
  for (let opened = 0; opened < 10 * roomsPerMinute; opened++) {
    const answer = await fetch(`${world.url}/api/guest`, { method: 'POST' });
    ends.push(await openAndLeave(world, ((await answer.json()) as { token: string }).token));
  }
  const refused = ends.filter((end) => JSON.stringify(end) === JSON.stringify(TOO_MANY)).length;
  world.expectEnds('RATE_LIMITED', refused);
  closeAllBut(world, before);
  expect(refused, 'some are refused').toBeGreaterThan(0);
});

const small = abuse.extend({ options: { maxRooms: 4 } });

small('GA14: a server opens no more rooms than it may have, whoever asks', async ({ world }) => {
  const before = roomIds(world);
  expect(await openAndLeave(world)).toEqual(LEFT);
  const raw = await joining(world, stillLife, { way: 'create' });
  expect(await raw.closed()).toEqual({ code: 1013, reason: 'SERVER_FULL' });
  world.expectEnds('SERVER_FULL');
  closeAllBut(world, before);
});

abuse.for(GATEWAYS)(
  'RX08: what one sender makes each of the others hear is within its own allowance: $name',
  async (gateway, { world }) => {
    const { bytesBurst, bytesPerSecond } = DEFAULT_LIMITS;
    const line = 'x'.repeat(4_000);
    const sender = await gateway.seated(world);
    const startMs = performance.now();
    const { heard } = world.inLandGrab;
    sender.raw.write(Buffer.concat(Array.from({ length: 10 }, () => sender.saying(line))));
    await until('the first ones are heard', () => heard.length === 10);
    sender.raw.write(Buffer.concat(Array.from({ length: 100 }, () => sender.saying(line))));
    await sender.raw.closed();
    const allowedBytes = bytesBurst + (bytesPerSecond * (performance.now() - startMs)) / 1000;
    world.expectEnds('RATE_LIMITED');
    await expectHeard(world, await gateway.seated(world));
    expect(heard.filter((one) => one === line).length * line.length).toBeLessThanOrEqual(allowedBytes);
  },
);

abuse('RX08: who asks for the whole state over and over is sent it twice a second', async ({ world }) => {
  const { raw } = await play.seated(world, landGrab);
  const startMs = performance.now();
  const repair = binaryFrame(encodeClientFrame(landGrab, { kind: 'repair', because: 'gap' }));
  const whole = (): number => raw.binaries.filter((bytes) => bytes[0] === SNAPSHOT).length;
  raw.write(...new Array<Uint8Array>(100).fill(repair));
  await until('it is sent again', () => whole() > 1);
  const seconds = (performance.now() - startMs) / 1000;
  // The first came with the welcome, and one may come at once.
  expect(whole()).toBeLessThanOrEqual(2 + seconds * 2);
});

abuse('RX09: no list of rooms is longer than a hundred, whatever is asked for', async ({ world }) => {
  const before = roomIds(world);
  for (let opened = 0; opened < 120; opened++) world.server.rooms.open(stillLife);
  const asked = async (query: string): Promise<[status: number, rooms: number | undefined]> => {
    const answer = await fetch(`${world.url}/api/rooms?${query}`);
    return [answer.status, ((await answer.json()) as { rooms?: unknown[] }).rooms?.length];
  };
  for (const limit of ['1e9', '101', '1e999', '4294967297', '99999999999999999999']) {
    expect(await asked(`limit=${limit}`), limit).toEqual([200, 100]);
  }
  expect(await asked('')).toEqual([200, 100]);
  for (const limit of ['-1', '-1e9', 'NaN', 'x', '', '[100]']) expect((await asked(`limit=${limit}`))[1]).toBe(0);
  expect(await asked('offset=1e9')).toEqual([400, undefined]);

  const lobby = await world.upgrade({ path: '/lobby', headers: { 'Sec-WebSocket-Protocol': 'madang.lobby.v1' } });
  await lobby.answered();
  const watch = (rest: string): Buffer => textFrame(`{"type":"watch",${rest}}`);
  lobby.write(textFrame('{"type":"hello"}'));
  const refused = ['1e9', '101', '1e999', '-1', '0', '"100"', 'null', '[100]', '1.5'];
  lobby.write(...refused.map((limit, id) => watch(`"id":${id},"limit":${limit}`)));
  lobby.write(watch('"id":100,"limit":100'), watch('"id":101'));
  const lists = (): { id: unknown; rooms: unknown[] }[] =>
    lobby.texts
      .map(parsed)
      .flatMap(({ type, id, rooms }) => (type === 'rooms' ? [{ id, rooms: rooms as unknown[] }] : []));
  await until('both are listed', () => lists().length >= 2);
  expect(lists().map(({ id, rooms }) => [id, rooms.length])).toEqual([
    [100, 100],
    [101, 100],
  ]);
  expect(lobby.texts.map(parsed).filter(({ code }) => code === 'BAD_MESSAGE')).toHaveLength(refused.length);
  lobby.destroy();
  closeAllBut(world, before);
});

abuse(
  'AU08: who comes with a stolen token has the seat, the owner is told REPLACED, and never are there two',
  async ({ world }) => {
    const { heard, room } = world.inStillLife;
    const owner = await joining(world, stillLife, { name: 'owner' });
    const { token, seat } = await welcomeOf(owner);
    owner.write(binaryFrame(sayFrame(stillLife, 'mine')));
    await until('the owner plays', () => heard.includes('mine'));
    const thief = await joining(world, stillLife, { way: 'return', key: token });
    expect((await welcomeOf(thief)).seat).toBe(seat);
    owner.write(binaryFrame(sayFrame(stillLife, 'still mine', 2)));
    expect(await owner.closed()).toEqual({ code: 4409, reason: 'REPLACED' });
    expect(nativeRefusals(owner)).toEqual(['REPLACED']);
    world.expectEnds('REPLACED');
    thief.write(binaryFrame(sayFrame(stillLife, 'ours', 2)));
    await until('the newest is heard', () => heard.includes('ours'));
    expect(heard).toEqual(['mine', 'ours']);
    expect(room.state.figures.size).toBe(2);
    // The thief has shown that it has the next token: the stolen one is good for nobody.
    const again = await joining(world, stillLife, { way: 'return', key: token });
    expect(await again.closed()).toEqual({ code: 4410, reason: 'SEAT_GONE' });
    world.expectEnds('SEAT_GONE');
    expect(thief.isOpen).toBe(true);
  },
);

abuse('AU09: nothing that others know of a player leads to its seat', async ({ world }) => {
  const { room } = world.inStillLife;
  const owner = await joining(world, stillLife, { name: 'owner' });
  const { token, seat, you } = await welcomeOf(owner);
  await until('others see it', () => room.state.figures.size === 2);
  const ids = [...room.state.figures].map(({ id }) => String(id));
  const known = [
    you,
    String(seat),
    `${room.id}${seat}`,
    room.id,
    'owner',
    ...ids,
    '',
    token.slice(0, -1),
    token.toUpperCase(),
  ];
  for (const key of known) {
    for (const [way, code, reason] of [
      ['return', 4410, 'SEAT_GONE'],
      ['claim', 4404, 'TICKET_GONE'],
    ] as const) {
      const raw = await joining(world, stillLife, { way, key });
      expect(await raw.closed(), `${way} ${key}`).toEqual({ code, reason });
      world.expectEnds(reason);
    }
  }
  expect(owner.isOpen).toBe(true);
  expect(room.state.figures.size).toBe(2);
});
