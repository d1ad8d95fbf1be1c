import {
  encodeAnswer,
  encodeDone,
  encodeEvent,
  encodeRefusal,
  encodeSaid,
  encodeTiming,
  GameError,
} from '@madang/core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { duel, HandServer, seated } from './room.test-support.ts';

describe('joining', () => {
  test('sends one join and resolves with the first state', async () => {
    const server = new HandServer();
    expect(server.connection.url).toBe('ws://game.example:8888/play');
    const joining = server.connection.join(duel, { name: 'Ann', room: 'abc' });
    await server.clock.settle();
    expect(await server.opened()).toEqual({
      game: 'duel',
      fingerprint: duel.fingerprint,
      way: 'room',
      key: 'abc',
      name: 'Ann',
      identity: '',
      isSpectator: false,
      isPrivate: false,
      options: null,
    });
    server.state.ships.add({ x: 4 }, { owner: { number: 2 } });
    server.welcome({ seat: 2, you: '7', code: 'mabok' });
    const room = await joining;
    expect([room.id, room.code, room.seat, room.you, room.tick]).toEqual(['room', 'mabok', 2, '7', 1]);
    expect(room.connection).toBe('open');
    expect(room.me?.x).toBe(4);
    expectTypeOf(room.me).toEqualTypeOf<
      { readonly id: number; readonly owner: number; readonly x: number; readonly name: string } | undefined
    >();
  });

  test('a room can be opened with options, or only watched', async () => {
    const server = new HandServer({ identity: 'who I am' });
    void server.connection.create(duel, { isPrivate: true, options: { rounds: 3 } });
    await server.clock.settle();
    const plain = { key: '', identity: 'who I am' };
    expect(await server.opened()).toMatchObject({ ...plain, way: 'create', isPrivate: true, options: { rounds: 3 } });
    const watching = server.connection.join(duel, { spectate: true });
    await server.clock.settle();
    expect(await server.opened()).toMatchObject({ ...plain, way: 'any', isSpectator: true });
    server.welcome({ seat: 0, token: '', graceMs: 0 });
    expect((await watching).me).toBeUndefined();
  });

  test('rejects with the server’s reason, or with LINK_LOST where there is none', async () => {
    const refusal = encodeRefusal(new GameError('ROOM_FULL', 'no seat', { roomId: 'r', seats: 2 }));
    const ends: [object, (server: HandServer) => void][] = [
      [
        { code: 'ROOM_FULL', message: 'no seat', details: { seats: 2 } },
        (server) => {
          server.say(refusal);
          server.close(4101);
        },
      ],
      [{ code: 'LINK_LOST' }, (server) => server.close(1006)],
      [{ code: 'SERVER_STOPPING' }, (server) => server.close(1012, 'SERVER_STOPPING')],
    ];
    for (const [reason, end] of ends) {
      const server = new HandServer();
      const joining = server.connection.join(duel);
      const rejected = expect(joining).rejects.toMatchObject(reason);
      await server.clock.settle();
      end(server);
      await rejected;
      expect([server.lines.length, server.clock.pending, server.page.listeners]).toEqual([1, 0, 0]);
    }
  });

  test('[CL08] a line that never opens, or is never answered, is given up', async () => {
    for (const isOpened of [false, true]) {
      const server = new HandServer();
      const rejected = expect(server.connection.join(duel)).rejects.toMatchObject({ code: 'LINK_LOST' });
      await server.clock.settle();
      if (isOpened) await server.opened();
      await server.wait(10_001);
      await rejected;
      expect([server.line.isClosed, server.clock.pending]).toEqual([true, 0]);
    }
  });

  test('an address that no line can be opened to rejects with what the browser said, and leaves nothing behind', async () => {
    const server = new HandServer();
    const openLink = () => {
      throw new SyntaxError('no such port');
    };
    const { connect } = await import('./connection.ts');
    const { clock: timers, page: attention } = server;
    const connection = connect('ws://game.example', { openLink, timers, attention });
    await expect(connection.join(duel)).rejects.toThrow(SyntaxError);
    expect([timers.pending, attention.listeners]).toEqual([0, 0]);
  });

  test('who cannot say who it is does not join', async () => {
    const server = new HandServer({ identity: () => Promise.reject(new Error('the door is shut')) });
    await expect(server.connection.join(duel)).rejects.toThrow('the door is shut');
    expect(server.lines).toEqual([]);
  });
});

describe('the mirror', () => {
  test('follows the server’s state frame by frame', async () => {
    const { room, server } = await seated();
    const ticks: number[] = [];
    room.onState((tick) => ticks.push(tick));
    Object.assign(server.state.ships.get(1) ?? {}, { x: 9 });
    server.state.ships.add({ name: 'Ben' });
    server.say(server.delta());
    expect([...room.state.ships].map(({ x, name }) => [x, name])).toEqual([
      [9, 'Ann'],
      [0, 'Ben'],
    ]);
    expect(ticks).toEqual([2]);
  });

  test('asks once for the whole state after a gap, does not guess meanwhile, and goes on from it', async () => {
    const { room, server } = await seated();
    const ship = server.state.ships.get(1);
    const write = (x: number) => Object.assign(ship ?? {}, { x });
    write(2);
    server.delta();
    write(3);
    server.say(server.delta());
    write(4);
    server.say(server.delta());
    expect(room.me?.x).toBe(1);
    expect(server.frames()).toEqual([{ kind: 'repair', because: 'gap' }]);
    write(5);
    server.say(server.snapshot());
    expect(room.me?.x).toBe(5);
    write(6);
    server.say(server.delta());
    expect(room.me?.x).toBe(6);
  });

  test('[CL09] survives a frame it cannot read, by asking for the whole', async () => {
    const { room, server } = await seated();
    server.say(Uint8Array.of(66));
    expect(server.frames()).toEqual([{ kind: 'repair', because: 'gap' }]);
    Object.assign(server.state.ships.get(1) ?? {}, { x: 7 });
    server.say(server.snapshot());
    expect(room.me?.x).toBe(7);
  });

  test('gives the line up where the whole cannot be read either, and says why', async () => {
    const { room, server } = await seated();
    const reasons: string[] = [];
    room.onClose(({ code }) => reasons.push(code));
    server.say(Uint8Array.of(99, 1, 2));
    server.say(Uint8Array.of(68));
    expect(room.connection).toBe('open');
    server.say(Uint8Array.of(66, 1));
    server.say(Uint8Array.of(65, 9));
    expect([room.connection, reasons, server.clock.pending]).toEqual(['closed', ['BAD_FRAME'], 0]);
  });
});

describe('asking', () => {
  test('an input goes out as the next tick begins; what follows waits a tick, and only the last of it goes', async () => {
    const { room, server } = await seated();
    room.input({ thrust: 1 });
    room.input({ thrust: 2 });
    room.input({ turn: 3 });
    await server.wait(99);
    expect(server.frames()).toEqual([]);
    await server.wait(1);
    const [first] = server.frames();
    expect(first).toMatchObject({ kind: 'input', input: { thrust: 1, turn: 0 }, seenTick: 1 });
    await server.wait(99);
    expect(server.frames()).toEqual([]);
    await server.wait(1);
    const [second, ...none] = server.frames();
    expect(second).toMatchObject({ kind: 'input', input: { thrust: 2, turn: 3 } });
    expect(none).toEqual([]);
    const tickOf = (frame: typeof first): number => (frame?.kind === 'input' ? frame.tick : 0);
    expect(tickOf(second) - tickOf(first)).toBe(1);
    expect(() => room.input({ thrust: 300 })).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  test('what has not changed is not sent again, but for a sign of life now and then', async () => {
    const { room, server } = await seated();
    room.input({ turn: 3 });
    await server.wait(100);
    room.input({ turn: 3 });
    server.frames();
    for (let second = 0; second < 10; second++) {
      await server.wait(1_000);
      server.say(encodeDone(99));
    }
    const sent = server.frames();
    for (const frame of sent) expect(frame).toMatchObject({ kind: 'input', input: { turn: 3 } });
    expect(sent.length).toBeGreaterThan(40);
    expect(sent.length).toBeLessThan(60);
  });

  test('commands and messages are numbered as they are asked', async () => {
    const { room, server } = await seated();
    room.send('chat', { line: 'hi' });
    room.say(['anything']);
    void room.ask('buy', { item: 3 }, { key: 'the third' });
    void room.do.chat('hello', 'team');
    expect(server.frames()).toEqual([
      { kind: 'command', number: 1, name: 'chat', payload: { line: 'hi' } },
      { kind: 'say', number: 2, message: ['anything'] },
      { kind: 'ask', number: 3, key: 'the third', name: 'buy', payload: { item: 3 } },
      { kind: 'do', number: 4, deed: { do: 'chat', text: 'hello', to: 'team' } },
    ]);
    // @ts-expect-error `line` is missing
    expect(() => room.send('chat', {})).toThrow(expect.objectContaining({ code: 'BAD_COMMAND' }));
    // @ts-expect-error there is no such command
    expect(() => room.send('steal', {})).toThrow(expect.objectContaining({ code: 'BAD_COMMAND' }));
    expect(() => room.say(() => {})).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
    // @ts-expect-error this command is not answered
    await expect(room.ask('steal', {})).rejects.toMatchObject({ code: 'BAD_COMMAND' });
    // What was wrong took no number.
    room.say(1);
    expect(server.frames()).toEqual([{ kind: 'say', number: 5, message: 1 }]);
  });

  test('a request is answered with its reply, its refusal, or the word that no answer came', async () => {
    const { room, server } = await seated();
    const errors: string[] = [];
    room.onError(({ code }) => errors.push(code));
    const bought = room.ask('buy', { item: 3 });
    expectTypeOf(bought).resolves.toEqualTypeOf<{ coins: number }>();
    const refused = expect(room.ask('buy', { item: 4 })).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'too dear',
    });
    const late = expect(room.ask('buy', { item: 5 }, { timeoutMs: 700 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const said = room.do.typing(true);
    server.say(encodeDone(4));
    server.say(encodeRefusal(new GameError('REFUSED', 'too dear', { reason: 'too dear' }), 2));
    server.say(encodeAnswer(duel, 1, 'buy', { coins: 9 }));
    await expect(bought).resolves.toEqual({ coins: 9 });
    await expect(said).resolves.toBeUndefined();
    await refused;
    await server.wait(700);
    await late;
    // What comes too late is nobody's; what nobody waits for is everybody's.
    server.say(encodeRefusal(new GameError('REFUSED', 'too late', { reason: 'too late' }), 3));
    expect(errors).toEqual([]);
    room.send('chat', { line: 'hi' });
    server.say(encodeRefusal(new GameError('TOO_OFTEN', 'slow down', { what: 'chat', perSecond: 1 }), 5));
    expect(errors).toEqual(['TOO_OFTEN']);
  });

  test('what comes back reaches those who asked to hear it, until they undo it', async () => {
    const { room, server } = await seated();
    const heard: unknown[] = [];
    const undo = room.on('hit', ({ by }) => heard.push(by));
    room.onMessage(({ from, message }) => heard.push([from, message]));
    room.onError(({ code }) => heard.push(code));
    server.say(encodeEvent(duel, { tick: 3, by: 0, name: 'hit', payload: { by: 7 } }));
    server.say(encodeSaid('2', 'hello'));
    server.say(encodeRefusal(new GameError('INPUT_QUEUE_FULL', 'slow down', { queued: 1 })));
    undo();
    server.say(encodeEvent(duel, { tick: 4, by: 0, name: 'hit', payload: { by: 8 } }));
    expect(heard).toEqual([7, ['2', 'hello'], 'INPUT_QUEUE_FULL']);
  });
});

describe('leaving', () => {
  test('tells the server, resolves when the line closes, and says LEFT', async () => {
    const { room, server } = await seated();
    const told: string[] = [];
    room.onClose(({ code }) => told.push(code));
    room.onConnection((connection) => told.push(connection));
    room.input({ thrust: 1 });
    room.input({ thrust: 2 });
    const leaving = room.leave();
    expect(server.frames().at(-1)).toEqual({ kind: 'leave' });
    server.say(encodeRefusal(new GameError('LEFT', 'bye', { roomId: 'room' })));
    server.close(1000);
    await leaving;
    await room.leave();
    await server.wait(1_000);
    expect([told, room.connection, server.frames()]).toEqual([['closed', 'LEFT'], 'closed', []]);
  });

  test('[CL14] who leaves as the line breaks does not come back, whoever breaks it', async () => {
    for (const breakLine of [
      ({ server }) => server.close(1006),
      ({ server }) => server.close(1012, 'SERVER_STOPPING'),
      // Nobody ever answers.
      ({ server }) => server.wait(7_000),
    ] satisfies ((made: Awaited<ReturnType<typeof seated>>) => unknown)[]) {
      const made = await seated();
      const reasons: string[] = [];
      made.room.onClose(({ code }) => reasons.push(code));
      const leaving = [made.room.leave(), made.room.leave()];
      expect(made.server.frames().filter(({ kind }) => kind === 'leave').length).toBe(1);
      await breakLine(made);
      await Promise.all(leaving);
      expect(reasons).toEqual(['LEFT']);
      const { clock, page, lines } = made.server;
      expect([clock.pending, page.listeners, lines.length]).toEqual([0, 0, 1]);
    }
  });

  test('[CL14] a room that is over takes nothing more on: requests end at once with why, and no timer is set', async () => {
    const { room, server } = await seated();
    const waiting = expect(room.ask('buy', { item: 1 })).rejects.toMatchObject({ code: 'KICKED' });
    server.say(encodeRefusal(new GameError('KICKED', 'out', { roomId: 'room', reason: '' })));
    server.close(4403);
    await waiting;
    await expect(room.ask('buy', { item: 1 })).rejects.toMatchObject({ code: 'KICKED' });
    await expect(room.do.chat('hello?')).rejects.toMatchObject({ code: 'KICKED' });
    for (let i = 0; i < 100; i++) room.send('chat', { line: 'hello?' });
    room.input({ thrust: 1 });
    expect([server.clock.pending, server.frames().length]).toEqual([0, 1]);
  });
});

test('[CL07] after a sleep, what the server had said before does not set the clocks: the whole state does, and play goes on', async () => {
  const { server } = await seated();
  server.sleep(3_000);
  await server.wait(0);
  expect(server.frames().map(({ kind }) => kind)).toContain('repair');
  server.say(encodeTiming({ at: 20, tick: 3, marginTicks: 1, heldTicks: 1, late: [] }));
  for (let i = 0; i < 28; i++) server.snapshot();
  server.say(server.snapshot());
  for (let i = 0; i < 20; i++) await server.wait(100);
  expect(server.frames().filter(({ kind }) => kind === 'input').length).toBeGreaterThan(3);
});
