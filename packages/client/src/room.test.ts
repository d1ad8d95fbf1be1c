import {
  ByteReader,
  ByteWriter,
  createState,
  decodeClientFrame,
  decodeJoin,
  defineGame,
  encodeEvent,
  encodeRefusal,
  encodeSaid,
  encodeTiming,
  encodeWelcome,
  GameError,
  table,
  text,
  u8,
  writeDeltaHead,
  writeNoGrants,
  writeSnapshot,
  writeSnapshotHead,
} from '@madang/core';
import { Publication } from '@madang/core/codec';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { connect } from './connection.ts';
import type { LinkEvents } from './link.ts';

const game = defineGame({
  name: 'duel',
  tickRateHz: 10,
  seats: 2,
  state: { ships: table({ x: u8, name: text(20) }) },
  input: { thrust: u8, turn: u8 },
  commands: { chat: { line: text(20) } },
  events: { hit: { by: u8 } },
  avatars: 'ships',
});

/** A server in the test's hands, time included. */
function server() {
  const state = createState(game.state);
  const sent: Uint8Array[] = [];
  let on: LinkEvents | null = null;
  let nowMs = 0;
  let timers: { dueMs: number; run: () => void }[] = [];
  let tick = 0;
  const publication = new Publication(state);
  const connection = connect('http://game.example:8888', {
    openLink: (_url, events) => {
      on = events;
      return { send: (frame) => void sent.push(frame), close: () => events.closed(1000, '') };
    },
    timers: {
      nowMs: () => nowMs,
      after: (delayMs, run) => {
        const timer = { dueMs: nowMs + delayMs, run };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
    },
  });
  return {
    state: state.view,
    connection,
    sent,
    say: (frame: Uint8Array) => on?.frame(frame),
    opened: () => on?.open(),
    close: (closeCode: number, reason = '') => on?.closed(closeCode, reason),
    frames: () => sent.splice(0).map((frame) => decodeClientFrame(game, new ByteReader(frame))),
    /** The state as rules left it: a tick of its own. */
    snapshot: () => {
      const out = new ByteWriter();
      publication.publish();
      writeSnapshotHead(out, ++tick);
      writeSnapshot(out, state, { seat: 0, team: 0, rowsOf: () => null });
      writeNoGrants(out);
      return out.take();
    },
    /** What rules changed since the last tick. */
    delta: () => {
      const out = new ByteWriter();
      publication.publish();
      writeDeltaHead(out, ++tick, tick - 1);
      out.append(publication.shared);
      out.u8(0);
      writeNoGrants(out);
      return out.take();
    },
    /** Time passes, and nothing runs. */
    sleep: (ms: number) => {
      nowMs += ms;
    },
    wait: (ms: number) => {
      const endMs = nowMs + ms;
      for (;;) {
        const [timer] = timers.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
        if (timer === undefined) break;
        timers = timers.filter((other) => other !== timer);
        nowMs = Math.max(nowMs, timer.dueMs);
        timer.run();
      }
      nowMs = endMs;
    },
  };
}

async function joined() {
  const made = server();
  made.state.ships.add({ x: 1, name: 'Ann' }, { owner: { number: 1 } });
  const joining = made.connection.join(game, { name: 'Ann' });
  made.opened();
  made.sent.length = 0;
  made.say(encodeWelcome(1, 'room', '1'));
  made.say(made.snapshot());
  return { ...made, room: await joining };
}

describe('joining', () => {
  test('sends one join and resolves with the first state', async () => {
    const { connection, sent, opened, say, snapshot, state } = server();
    expect(connection.url).toBe('ws://game.example:8888/play');
    const joining = connection.join(game, { name: 'Ann', room: 'abc' });
    opened();
    expect(decodeJoin(new ByteReader(sent[0] ?? Uint8Array.of()))).toEqual({
      game: 'duel',
      fingerprint: game.fingerprint,
      room: 'abc',
      name: 'Ann',
    });
    say(encodeWelcome(2, 'room', '7'));
    state.ships.add({ x: 4 }, { owner: { number: 2 } });
    say(snapshot());
    const room = await joining;
    expect([room.id, room.seat, room.you, room.tick]).toEqual(['room', 2, '7', 1]);
    expect(room.me?.x).toBe(4);
    expectTypeOf(room.me).toEqualTypeOf<
      { readonly id: number; readonly owner: number; readonly x: number; readonly name: string } | undefined
    >();
  });

  test('rejects with the server’s reason, or with LINK_LOST where there is none', async () => {
    const full = server();
    const joining = full.connection.join(game);
    full.say(encodeRefusal(new GameError('ROOM_FULL', 'no seat', { roomId: 'r', seats: 2 })));
    full.close(4101);
    await expect(joining).rejects.toMatchObject({ code: 'ROOM_FULL', message: 'no seat', details: { seats: 2 } });
    const dead = server();
    const other = dead.connection.join(game);
    dead.close(1006);
    await expect(other).rejects.toMatchObject({ code: 'LINK_LOST' });
    const stopped = server();
    const third = stopped.connection.join(game);
    stopped.close(1012, 'SERVER_STOPPING');
    await expect(third).rejects.toMatchObject({ code: 'SERVER_STOPPING' });
  });
});

describe('the mirror', () => {
  test('follows the server’s state frame by frame', async () => {
    const { room, state, say, delta } = await joined();
    const ticks: number[] = [];
    room.onState((tick) => ticks.push(tick));
    Object.assign(state.ships.get(1) ?? {}, { x: 9 });
    state.ships.add({ name: 'Ben' });
    say(delta());
    expect([...room.state.ships].map(({ x, name }) => [x, name])).toEqual([
      [9, 'Ann'],
      [0, 'Ben'],
    ]);
    expect(ticks).toEqual([2]);
  });

  test('asks once for the whole state after a gap, does not guess meanwhile, and goes on from it', async () => {
    const { room, state, say, delta, snapshot, frames } = await joined();
    const ship = state.ships.get(1);
    const write = (x: number) => Object.assign(ship ?? {}, { x });
    write(2);
    delta();
    write(3);
    say(delta());
    write(4);
    say(delta());
    expect(room.me?.x).toBe(1);
    expect(frames()).toEqual([{ kind: 'repair', because: 'gap' }]);
    write(5);
    say(snapshot());
    expect(room.me?.x).toBe(5);
    write(6);
    say(delta());
    expect(room.me?.x).toBe(6);
  });

  test('[CL09] survives a frame it cannot read, by asking for the whole', async () => {
    const { room, state, say, snapshot, frames } = await joined();
    say(Uint8Array.of(66));
    expect(frames()).toEqual([{ kind: 'repair', because: 'gap' }]);
    Object.assign(state.ships.get(1) ?? {}, { x: 7 });
    say(snapshot());
    expect(room.me?.x).toBe(7);
  });

  test('gives the line up where the whole cannot be read either, and says why', async () => {
    const { room, say } = await joined();
    const reasons: string[] = [];
    room.onClose(({ code }) => reasons.push(code));
    say(Uint8Array.of(99, 1, 2));
    say(Uint8Array.of(68));
    expect(room.connection).toBe('open');
    say(Uint8Array.of(66, 1));
    say(Uint8Array.of(65, 9));
    expect([room.connection, reasons]).toEqual(['closed', ['BAD_FRAME']]);
  });
});

describe('asking', () => {
  test('an input goes out as the next tick begins; what follows waits a tick, and only the last of it goes', async () => {
    const { room, frames, wait } = await joined();
    room.input({ thrust: 1 });
    room.input({ thrust: 2 });
    room.input({ turn: 3 });
    wait(99);
    expect(frames()).toEqual([]);
    wait(1);
    const [first] = frames();
    expect(first).toMatchObject({ kind: 'input', input: { thrust: 1, turn: 0 }, seenTick: 1 });
    wait(99);
    expect(frames()).toEqual([]);
    wait(1);
    const [second, ...none] = frames();
    expect(second).toMatchObject({ kind: 'input', input: { thrust: 2, turn: 3 } });
    expect(none).toEqual([]);
    const tickOf = (frame: typeof first): number => (frame?.kind === 'input' ? frame.tick : 0);
    expect(tickOf(second) - tickOf(first)).toBe(1);
    expect(() => room.input({ thrust: 300 })).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  test('what has not changed is not sent again, but for a sign of life now and then', async () => {
    const { room, frames, wait } = await joined();
    room.input({ turn: 3 });
    wait(100);
    room.input({ turn: 3 });
    frames();
    wait(10_000);
    const sent = frames();
    for (const frame of sent) expect(frame).toMatchObject({ kind: 'input', input: { turn: 3 } });
    expect(sent.length).toBeGreaterThan(40);
    expect(sent.length).toBeLessThan(60);
  });

  test('commands and messages go out as they are', async () => {
    const { room, frames } = await joined();
    room.send('chat', { line: 'hi' });
    room.say(['anything']);
    expect(frames()).toEqual([
      { kind: 'command', name: 'chat', payload: { line: 'hi' } },
      { kind: 'say', message: ['anything'] },
    ]);
    // @ts-expect-error `line` is missing
    expect(() => room.send('chat', {})).toThrow(expect.objectContaining({ code: 'BAD_COMMAND' }));
    // @ts-expect-error there is no such command
    expect(() => room.send('buy', {})).toThrow(expect.objectContaining({ code: 'BAD_COMMAND' }));
    expect(() => room.say(() => {})).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
  });

  test('what comes back reaches those who asked to hear it, until they undo it', async () => {
    const { room, say } = await joined();
    const heard: unknown[] = [];
    const undo = room.on('hit', ({ by }) => heard.push(by));
    room.onMessage(({ from, message }) => heard.push([from, message]));
    room.onError(({ code }) => heard.push(code));
    say(encodeEvent(game, { tick: 3, by: 0, name: 'hit', payload: { by: 7 } }));
    say(encodeSaid('2', 'hello'));
    say(encodeRefusal(new GameError('INPUT_QUEUE_FULL', 'slow down', { queued: 1 })));
    undo();
    say(encodeEvent(game, { tick: 4, by: 0, name: 'hit', payload: { by: 8 } }));
    expect(heard).toEqual([7, ['2', 'hello'], 'INPUT_QUEUE_FULL']);
  });
});

describe('leaving', () => {
  test('tells the server, resolves when the line closes, and says LEFT', async () => {
    const { room, frames, say, close, wait } = await joined();
    const reasons: string[] = [];
    room.onClose(({ code }) => reasons.push(code));
    room.input({ thrust: 1 });
    room.input({ thrust: 2 });
    const leaving = room.leave();
    expect(frames().at(-1)).toEqual({ kind: 'leave' });
    say(encodeRefusal(new GameError('LEFT', 'bye', { roomId: 'room' })));
    close(1000);
    await leaving;
    await room.leave();
    wait(1_000);
    expect([reasons, room.connection, frames()]).toEqual([['LEFT'], 'closed', []]);
  });
});

test('[CL07] after a sleep, what the server had said before does not set the clocks: the whole state does, and play goes on', async () => {
  const { say, snapshot, sleep, wait, frames } = await joined();
  sleep(3_000);
  wait(0);
  expect(frames().map(({ kind }) => kind)).toContain('repair');
  say(encodeTiming({ at: 20, tick: 3, marginTicks: 1, heldTicks: 1, late: [] }));
  for (let i = 0; i < 28; i++) snapshot();
  say(snapshot());
  for (let i = 0; i < 20; i++) wait(100);
  expect(frames().filter(({ kind }) => kind === 'input').length).toBeGreaterThan(3);
});
