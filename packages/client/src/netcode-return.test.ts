/** What a player sees whose line breaks: real server, real client, virtual time. */
import { defineGame, record, request, u16 } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { connect } from './connection.ts';
import type { KeptSeats } from './kept-seats.ts';
import { emptyWorld, sitDown, TestPage } from './netcode-player.test-support.ts';
import { RUN, yard, yardDefinition } from './netcode-yard.test-support.ts';

const NETWORK = { roundTripMs: 80, jitterMs: 5 };
const GRACE_MS = 8_000;
const SERVER = { graceMs: GRACE_MS };

/** A yard with a gate that counts who went through, and says how many they were. */
const gated = defineGame({
  ...yardDefinition,
  name: 'gated',
  state: { ...yardDefinition.state, gate: record({ tolls: u16 }) },
  commands: { drum: {}, toll: request({ coins: u16 }, { tolls: u16 }) },
  join: (room, seat) => void room.state.runners.add({ x: 512, y: 512 * seat.number }, { owner: seat }),
  on: {
    drum: (room) => room.emit('drummed', { beat: 1 }),
    toll(room, _, { coins }) {
      room.state.gate.tolls += coins;
      return { tolls: room.state.gate.tolls };
    },
  },
});

describe('a line that breaks', () => {
  test('is back within a second, on the same seat, in the same state, and the key that is held still counts', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    const other = await sitDown(world, yard);
    me.room.input({ dx: 1 });
    await world.advance(1_000);
    const { seat, id, you } = me.room;
    const told: string[] = [];
    me.room.onConnection((connection) => told.push(connection));
    me.network.cut();
    await world.advance(1_000);
    expect(told).toEqual(['returning', 'open']);
    expect({ seat: me.room.seat, id: me.room.id, you: me.room.you }).toEqual({ seat, id, you });
    expect(other.room.tick - me.room.tick).toBeLessThanOrEqual(1);
    const x = me.room.me?.x ?? 0;
    await world.advance(1_000);
    expect(me.room.me?.x).toBeGreaterThan(x + RUN * 0.8);
    expect(me.room.net.snapshots).toBe(2);
    // Where nothing is on its way, both have the same.
    world.network.set({ roundTripMs: 0, jitterMs: 0 });
    await world.advance(200);
    expect(me.room.hash()).toBe(world.server.rooms.all[0]?.hashFor(seat));
    await world.close();
  });

  test('what is played ahead begins anew from where the server is: nothing is corrected afterwards', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    await world.advance(4_000);
    me.room.input({ dx: 1 });
    await world.advance(500);
    for (const lostMs of [0, 700, 3_000]) {
      me.network.set({ isDown: lostMs > 0 });
      me.network.cut();
      await world.advance(lostMs + 50);
      me.network.set({ isDown: false });
      await world.advance(6_000);
      expect(me.room.connection).toBe('open');
      const { corrections, lateInputs } = me.room.net;
      me.room.input({ dx: -1 });
      await world.advance(500);
      me.room.input({ dx: 1 });
      await world.advance(2_000);
      expect(me.room.net).toMatchObject({ corrections, lateInputs });
    }
    // One for each loss at most: the server let the key go at a moment that nobody could know.
    expect(me.room.net.corrections).toBeLessThanOrEqual(3);
    await world.close();
  });

  test('the runner that is drawn stands still meanwhile, and is not drawn on its way to where it is then', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    const other = await sitDown(world, yard);
    other.room.input({ dx: 1 });
    await world.advance(2_000);
    const xOf = (): number => me.room.view.runners.ownedBy({ number: other.room.seat })?.x ?? 0;
    me.network.set({ isDown: true });
    me.network.cut();
    await world.advance(1_000);
    const stood = xOf();
    await world.advance(3_000);
    expect(xOf()).toBe(stood);
    expect(other.room.me?.x).toBeGreaterThan(stood + RUN * 3);
    const drawn: number[] = [];
    me.drawn = () => drawn.push(xOf());
    me.network.set({ isDown: false });
    me.page.online();
    await world.advance(1_000);
    expect(me.room.connection).toBe('open');
    const between = drawn.filter((x) => x > stood + 1 && x < stood + RUN * 3);
    expect(between).toEqual([]);
    await world.close();
  });

  test('[CL02] five seconds without a network: the right state within a second of having one again', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    const other = await sitDown(world, yard);
    other.room.send('drum', {});
    await world.advance(1_000);
    me.network.set({ isDown: true });
    me.network.cut();
    await world.advance(5_000);
    expect(me.room.connection).toBe('returning');
    me.network.set({ isDown: false });
    me.page.online();
    await world.advance(1_000);
    expect(me.room.connection).toBe('open');
    expect(other.room.tick - me.room.tick).toBeLessThanOrEqual(1);
    world.network.set({ roundTripMs: 0, jitterMs: 0 });
    await world.advance(200);
    expect(me.room.hash()).toBe(world.server.rooms.all[0]?.hashFor(me.room.seat));
    await world.close();
  });

  test('[CL04] a machine that has another network is back within a second, though nobody told it that the line is dead', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    const other = await sitDown(world, yard);
    other.room.send('drum', {});
    await world.advance(1_000);
    // Nothing passes any more, and the line stays open for all that either end knows.
    const [line] = me.network.lines;
    line?.holdUp(true);
    line?.holdDown(true);
    await world.advance(3_000);
    expect([me.room.connection, other.room.tick - me.room.tick > 80]).toEqual(['open', true]);
    me.page.online();
    await world.advance(1_000);
    expect(me.room.connection).toBe('open');
    expect(other.room.tick - me.room.tick).toBeLessThanOrEqual(1);
    await world.close();
  });

  test('[CL04] a server that has not noticed yet takes the player in at once, and tells the old line', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    const other = await sitDown(world, yard);
    me.network.cut(15_000);
    await world.advance(1_000);
    expect([me.room.connection, me.room.seat, world.server.rooms.all[0]?.taken]).toEqual(['open', 1, 2]);
    expect(other.room.people.get(1)?.isDropped).toBe(false);
    await world.advance(20_000);
    expect([me.room.connection, world.server.rooms.all[0]?.taken]).toEqual(['open', 2]);
    await world.close();
  });

  test('[CL03] one that is broken for longer than the seat is held ends with SEAT_GONE', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    const reasons: string[] = [];
    me.room.onClose(({ code }) => reasons.push(code));
    me.network.set({ isDown: true });
    me.network.cut(0);
    await world.advance(GRACE_MS + 2_000);
    expect([me.room.connection, world.server.rooms.all[0]?.taken]).toEqual(['returning', 0]);
    me.network.set({ isDown: false });
    await world.advance(12_000);
    expect([me.room.connection, reasons]).toEqual(['closed', ['SEAT_GONE']]);
    await world.close();
  });

  test('a page that was hidden meanwhile rests again, and is sent nothing until it is seen', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    const other = await sitDown(world, yard);
    other.room.send('drum', {});
    me.page.hide(true);
    await world.advance(3_000);
    me.network.cut();
    await world.advance(4_000);
    expect(me.room.connection).toBe('open');
    const { tick, net } = me.room;
    await world.advance(5_000);
    expect([me.room.tick, me.room.net.bytesIn]).toEqual([tick, net.bytesIn]);
    me.page.hide(false);
    await world.advance(1_000);
    expect(other.room.tick - me.room.tick).toBeLessThanOrEqual(1);
    await world.close();
  });
});

describe('what is said', () => {
  test('lines of the chat are told once each, those of the time away too; people are those who are here', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    const other = await sitDown(world, yard);
    const third = await sitDown(world, yard);
    const lines: string[] = [];
    me.room.onChat(({ text }) => lines.push(text));
    await world.advance(500);
    expect([...me.room.people.keys()]).toEqual([1, 2, 3]);
    void other.room.do.chat('before');
    await world.advance(1_500);
    me.network.set({ isDown: true });
    me.network.cut(0);
    await world.advance(1_000);
    expect(other.room.people.get(1)).toMatchObject({ isDropped: true });
    void other.room.do.chat('meanwhile');
    void third.room.leave();
    await world.advance(1_500);
    me.network.set({ isDown: false });
    me.page.online();
    await world.advance(1_500);
    void other.room.do.chat('after');
    await world.advance(1_500);
    expect(lines).toEqual(['before', 'meanwhile', 'after']);
    expect([...me.room.people.keys()]).toEqual([1, 2]);
    expect(other.room.people.get(1)).toMatchObject({ isDropped: false });
    await world.close();
  });

  test('events of the time away are not told late; those that come after are told once', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, yard);
    const other = await sitDown(world, yard);
    let heard = 0;
    let shots = 0;
    me.room.on('drummed', () => heard++);
    me.room.on('shot', () => shots++);
    me.network.set({ isDown: true });
    me.network.cut(0);
    await world.advance(300);
    for (let i = 0; i < 3; i++) other.room.send('drum', {});
    await world.advance(1_000);
    me.network.set({ isDown: false });
    me.page.online();
    await world.advance(1_000);
    expect(heard).toBe(0);
    for (let i = 0; i < 3; i++) other.room.send('drum', {});
    me.room.input({ fire: true });
    await world.advance(100);
    me.room.input({ fire: false });
    await world.advance(1_000);
    expect(heard).toBe(3);
    const row = me.room.me;
    expect(shots).toBe(row?.shots);
    expect(shots).toBeGreaterThan(0);
    await world.close();
  });
});

describe('what is asked', () => {
  test('while the line is broken is done once it is back, each once, and answered', async () => {
    const world = await emptyWorld(gated, { network: NETWORK, server: SERVER });
    const me = await sitDown(world, gated);
    const answers: number[] = [];
    const ask = (coins: number): void => {
      void me.room.ask('toll', { coins }).then(({ tolls }) => answers.push(tolls));
    };
    ask(1);
    await world.advance(500);
    me.network.set({ isDown: true });
    me.network.cut();
    for (const coins of [10, 100, 1_000]) ask(coins);
    await world.advance(2_000);
    expect(answers).toEqual([1]);
    me.network.set({ isDown: false });
    me.page.online();
    await world.advance(1_000);
    expect(answers).toEqual([1, 11, 111, 1_111]);
    expect(me.room.state.gate.tolls).toBe(1_111);
    await world.close();
  });

  test('as the line breaks, however long the server takes to notice, is done once', async () => {
    for (let afterMs = 0; afterMs < 200; afterMs += 7) {
      const world = await emptyWorld(gated, { network: NETWORK, server: SERVER, seed: afterMs });
      const me = await sitDown(world, gated);
      const answers: number[] = [];
      for (const coins of [1, 10]) void me.room.ask('toll', { coins }).then(({ tolls }) => answers.push(tolls));
      await world.advance(afterMs);
      me.network.cut(afterMs % 2 === 0 ? 0 : 15_000);
      await world.advance(3_000);
      expect([afterMs, answers, me.room.state.gate.tolls]).toEqual([afterMs, [1, 11], 11]);
      await world.close();
    }
  });
});

describe('another page', () => {
  /** Storage that outlives pages. */
  function tab() {
    const stored = new Map<string, string>();
    const page = (): KeptSeats => ({
      load: (key) => stored.get(key) ?? null,
      save: (key, token) => void (token === null ? stored.delete(key) : stored.set(key, token)),
    });
    return { stored, page };
  }

  test('[CL06] that shows the same tab again takes the seat over; the older one is told, and does not fight back', async () => {
    const world = await emptyWorld(yard, { network: NETWORK, server: SERVER });
    const { page } = tab();
    const rooms = [];
    const reasons: string[] = [];
    for (const name of ['old', 'new']) {
      const { openLink } = world.network.client(name);
      const attention = new TestPage();
      const joining = connect('ws://test', { openLink, timers: world.clock, attention, kept: page() }).join(yard);
      await world.advance(1_000);
      const room = await joining;
      room.onClose(({ code }) => reasons.push(`${name} ${code}`));
      rooms.push(room);
    }
    await world.advance(30_000);
    expect(reasons).toEqual(['old REPLACED']);
    expect(rooms.map(({ connection, seat }) => [connection, seat])).toEqual([
      ['closed', 1],
      ['open', 1],
    ]);
    expect(world.server.rooms.all[0]?.taken).toBe(1);
    expect(world.network.clients.map(({ opened }) => opened)).toEqual([1, 1]);
    await world.close();
  });

  test('counts its requests on from those of the page before', async () => {
    const world = await emptyWorld(gated, { network: NETWORK, server: SERVER });
    const { page } = tab();
    const tolls: number[] = [];
    for (const name of ['before', 'after', 'once more']) {
      const { openLink } = world.network.client(name);
      const attention = new TestPage();
      const joining = connect('ws://test', { openLink, timers: world.clock, attention, kept: page() }).join(gated);
      await world.advance(1_000);
      const room = await joining;
      for (const coins of [1, 1]) void room.ask('toll', { coins }).then((reply) => tolls.push(reply.tolls));
      await world.advance(1_000);
    }
    expect(tolls).toEqual([1, 2, 3, 4, 5, 6]);
    await world.close();
  });
});
