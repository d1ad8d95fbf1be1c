/** The contract of the two JSON gateways, message by message: other people's programs depend on each line of it. */
import { choice, defineGame, ERRORS, table, u8 } from '@madang/core';
import { landGrab } from '@madang-examples/land-grab/game';
import { expect, test } from 'vitest';
import {
  expectWelcome,
  expectYard,
  type Guest,
  roomiest,
  seated,
  stepped,
  ticksPass,
  WORD_STEPS,
  type Word,
  wayBeside,
} from './support/guest.ts';
import { socketIoGuest, type TextGuest, textGuest } from './support/ways-in.ts';
import { openYard, until } from './support/yard.ts';

/** A second game, so that choosing one means something. */
const pebbles = defineGame({
  name: 'pebbles',
  tickRateHz: 20,
  seats: 2,
  state: { pebbles: table({ x: u8 }, { maxRows: 2 }) },
  input: { dir: choice('none', 'left') },
  avatars: 'pebbles',
  join: (room, seat) => void room.state.pebbles.add({ x: 7 }, { owner: seat }),
});

const gameError = (code: string): object => ({ type: 'error', code, message: expect.stringMatching(/\S/u) });

/** Four people, so that no bots are at play and nothing moves but what the test moves. */
async function fourPeople(url: string): Promise<readonly [TextGuest, ...TextGuest[]]> {
  const guests = ['가', '나', '다', '라'].map((name) => textGuest(url, { name })) as [TextGuest, ...TextGuest[]];
  await Promise.all(guests.map(seated));
  for (const { kind, memory } of guests) {
    const ids = guests.map((guest) => guest.memory.you);
    await until(`${kind} sees the four of them only`, () => {
      const seen = Object.keys(memory.state?.players ?? {});
      return seen.length === 4 && ids.every((id) => seen.includes(id));
    });
  }
  await ticksPass(guests[0]);
  return guests;
}

function stateOf({ kind, memory }: Guest) {
  if (memory.state === null) throw new Error(`${kind} has no state`);
  return memory.state;
}

test('welcome is the first thing a bare WebSocket hears, then state and nothing else', async () => {
  const { url } = await openYard();
  const guest = textGuest(url, { name: '  은하 ' });
  await seated(guest);
  await until('some states have come', () => guest.memory.ofType('state').length >= 5);

  const [welcome, ...rest] = guest.memory.heard;
  expectWelcome(welcome);
  expect(guest.memory.state?.players[guest.memory.you]?.name).toBe('은하');
  for (const state of rest) {
    expect(state).toEqual({ type: 'state', tick: expect.any(Number), state: expect.anything() });
    expectYard(state.state, guest.memory.you);
  }
});

test('welcome is the first thing a Socket.IO client hears, then game_state_update and nothing else', async () => {
  const { url } = await openYard();
  const guest = socketIoGuest(url, { name: '바람' });
  await seated(guest);
  await until('some states have come', () => guest.memory.ofType('state').length >= 5);

  const [welcome, ...rest] = guest.memory.heard;
  expectWelcome(welcome);
  for (const state of rest) {
    expect(state).toEqual({ type: 'state', tick: expect.any(Number), state: expect.anything() });
    expectYard(state.state, guest.memory.you);
  }
});

test('state comes at most once a tick, in order, and not at all while nothing changes', async () => {
  const { url } = await openYard();
  const [mover, watcher] = await fourPeople(url);
  const watching = socketIoGuest(url);
  await seated(watching);
  await ticksPass(watching);

  const quiet = watcher?.memory.heard.length ?? 0;
  await ticksPass(mover);
  const silence = watcher?.memory.heard.slice(quiet) ?? [];
  expect(silence.map(({ type }) => type)).toEqual(['response', 'response']);

  for (const [index, guest] of [mover, watcher, watching].entries()) {
    guest?.hold({ dir: roomiest(stateOf(guest), guest.memory.you)[index % 2] });
  }
  await until('they walk', () => mover.memory.ofType('state').length > 10);
  for (const guest of [mover, watcher, watching]) {
    const ticks = guest?.memory.heard.filter(({ tick }) => tick !== undefined).map(({ tick }) => Number(tick)) ?? [];
    expect(ticks).toEqual([...new Set(ticks)].toSorted((a, b) => a - b));
  }
});

test('each of the eight words moves its player exactly one cell, once, and not into walls or rivals', async () => {
  const { url } = await openYard();
  const [guest] = await fourPeople(url);
  for (const word of Object.keys(WORD_STEPS) as Word[]) {
    const expected = stepped(stateOf(guest), guest.memory.you, WORD_STEPS[word]);
    guest.press(word);
    await ticksPass(guest);
    await ticksPass(guest);
    expect(guest.memory.place, `after ${word}`).toEqual(expected);
  }
});

test('words sent in one go are all played, one cell a tick, in their order', async () => {
  const { url } = await openYard();
  const [guest] = await fourPeople(url);
  const [away = 'left'] = roomiest(stateOf(guest), guest.memory.you);
  const { x, y } = guest.memory.place;
  const { dx, dy } = WORD_STEPS[away];
  for (let i = 0; i < 5; i++) guest.press(away);
  await until('all five steps are taken', () => {
    const now = guest.memory.place;
    return now.x === x + 5 * dx && now.y === y + 5 * dy;
  });
  await ticksPass(guest);
  expect(guest.memory.place).toEqual({ x: x + 5 * dx, y: y + 5 * dy });

  const steps = guest.memory.ofType('state').map(({ state }) => {
    const { players } = state as { players: Record<string, { x: number; y: number }> };
    const me = players[guest.memory.you];
    return me === undefined ? 0 : (me.x - x) * dx + (me.y - y) * dy;
  });
  expect(steps.filter((step) => step > 0)).toEqual([1, 2, 3, 4, 5]);
});

test('the wall stops a player, and a word into it does nothing', async () => {
  const { url } = await openYard();
  const guests = await fourPeople(url);
  const height = ({ memory }: Guest): number => memory.place.y;
  // Nobody is above the topmost, so nothing but the wall can stop it.
  const walker = guests.reduce((top, one) => (height(one) < height(top) ? one : top));
  walker.hold({ dir: 'up' });
  await until('it has reached the wall', () => height(walker) === 0);
  walker.hold({ dir: 'none' });
  await ticksPass(walker);
  const stopped = walker.memory.place;
  for (const word of ['상', 'up'] as const) {
    walker.press(word);
    await ticksPass(walker);
    expect(walker.memory.place, `after ${word}`).toEqual(stopped);
  }
  expect(walker.closed).toBeNull();
});

test('a rival stops a player, and neither moves', async () => {
  const { url } = await openYard();
  const [guest, rival] = await fourPeople(url);
  if (rival === undefined) throw new Error('there are four');
  const { way, bump } = wayBeside(stateOf(guest), guest.memory.you, rival.memory.you);
  for (const direction of way) {
    const expected = stepped(stateOf(guest), guest.memory.you, WORD_STEPS[direction]);
    guest.press(direction);
    await until(`it steps ${direction}`, () => {
      const { x, y } = guest.memory.place;
      return x === expected.x && y === expected.y;
    });
  }
  const before = { mine: guest.memory.place, theirs: rival.memory.place };
  guest.press(bump);
  await ticksPass(guest);
  expect({ mine: guest.memory.place, theirs: guest.memory.placeOf(rival.memory.you) }).toEqual(before);
});

test('a JSON input is held until the next one, and a word presses its direction for one tick of it', async () => {
  const { url } = await openYard();
  const [guest] = await fourPeople(url);
  const { you } = guest.memory;
  const [along = 'left'] = roomiest(stateOf(guest), you);
  const isSideways = along === 'left' || along === 'right';
  const across =
    roomiest(stateOf(guest), you).find((one) => (one === 'left' || one === 'right') !== isSideways) ?? 'up';
  const start = guest.memory.place;
  const walked = (direction: Word): number => {
    const { x, y } = guest.memory.place;
    return (x - start.x) * WORD_STEPS[direction].dx + (y - start.y) * WORD_STEPS[direction].dy;
  };

  guest.hold({ dir: along });
  await until('it has walked two cells', () => walked(along) >= 2);
  guest.press(across);
  await until('the word has moved it aside', () => walked(across) === 1);
  const aside = walked(along);
  await until('it walks on by itself', () => walked(along) >= aside + 2);
  guest.hold({ dir: 'none' });
  await ticksPass(guest);
  const stopped = guest.memory.place;
  await ticksPass(guest);
  expect(guest.memory.place).toEqual(stopped);
  expect(walked(across)).toBe(1);
});

test('what a bare WebSocket says wrongly is refused with a code, and it plays on', async () => {
  const { url } = await openYard();
  const [guest] = await fourPeople(url);
  const refused: readonly [string, string][] = [
    ['jump', 'BAD_INPUT'],
    ['좌우', 'BAD_INPUT'],
    ['LEFT', 'BAD_INPUT'],
    ['', 'BAD_INPUT'],
    ['__proto__', 'BAD_INPUT'],
    ['{"type":"input","input":{"dir":"sideways"}}', 'BAD_INPUT'],
    ['{"type":"input","input":{"dir":"left","x":3}}', 'BAD_INPUT'],
    ['{"type":"input","input":["left"]}', 'BAD_INPUT'],
    ['{"type":"input"}', 'BAD_MESSAGE'],
    ['{"type":"teleport","x":3}', 'BAD_MESSAGE'],
    ['{"type":"message"}', 'BAD_MESSAGE'],
    ['{"input":{"dir":"left"}}', 'BAD_MESSAGE'],
    ['{"type":"input","input":{"dir":"left"}', 'BAD_MESSAGE'],
  ];
  const place = guest.memory.place;
  for (const [text] of refused) guest.send(text);
  guest.socket.send(Buffer.from('left'));
  await until('each is answered', () => guest.memory.ofType('error').length > refused.length);
  await ticksPass(guest);
  expect(guest.memory.ofType('error')).toEqual([
    ...refused.map(([, code]) => gameError(code)),
    gameError('BAD_MESSAGE'),
  ]);
  expect(guest.memory.place).toEqual(place);

  const expected = stepped(stateOf(guest), guest.memory.you, WORD_STEPS.좌);
  guest.press('좌');
  await ticksPass(guest);
  expect(guest.memory.place).toEqual(expected);
  expect(guest.closed).toBeNull();
});

test('a bare WebSocket that is refused on and on is closed with 4429', async () => {
  const { url } = await openYard();
  const guest = textGuest(url);
  await seated(guest);
  for (let i = 0; i < 60; i++) guest.send('jump');
  await until('it is closed', () => guest.closed !== null);
  expect(guest.closed).toEqual({ code: ERRORS.RATE_LIMITED.closeCode, reason: 'RATE_LIMITED' });
  expect(guest.memory.ofType('error').at(-1)).toEqual(gameError('RATE_LIMITED'));
});

test('whoever names no game gets the first, in its open room; game and room can be named', async () => {
  const { server, url } = await openYard({ games: [landGrab, pebbles] });
  const [open] = server.rooms.all;
  const byDefault = textGuest(url);
  const named = textGuest(url, { game: 'land-grab', room: open?.id ?? '' });
  const elsewhere = textGuest(url, { game: 'pebbles' });
  const sio = socketIoGuest(url);
  const sioNamed = socketIoGuest(url, { game: 'land-grab', room: open?.id });
  const sioElsewhere = socketIoGuest(url, { game: 'pebbles' });
  for (const guest of [byDefault, named, elsewhere, sio, sioNamed, sioElsewhere]) await seated(guest);

  await until('all sit in the open room', () => open?.taken === 4);
  expect(Object.keys(stateOf(elsewhere))).toEqual(['pebbles']);
  expect(Object.keys(stateOf(sioElsewhere))).toEqual(['pebbles']);
  await until(
    'both are in one pebbles room',
    () => Object.keys(Object(Object(elsewhere.memory.state).pebbles)).length === 2,
  );
  expect(server.rooms.all.map(({ game, taken }) => [game.name, taken])).toEqual([
    ['land-grab', 4],
    ['pebbles', 2],
  ]);
});

test.each([
  { wish: { game: 'chess' }, code: 'GAME_UNKNOWN' },
  { wish: { room: 'nowhere2' }, code: 'ROOM_GONE' },
  { wish: { name: 'x'.repeat(33) }, code: 'BAD_NAME' },
] as const)(
  'a wish that cannot be met ($code) is told with its code and ends the connection',
  async ({ wish, code }) => {
    const { server, url } = await openYard();
    const text = textGuest(url, wish);
    await until('the WebSocket is closed', () => text.closed !== null);
    expect(text.memory.heard).toEqual([gameError(code)]);
    expect(text.closed).toEqual({ code: ERRORS[code].closeCode, reason: code });

    const sio = socketIoGuest(url, wish);
    await until('the Socket.IO client is refused', () => sio.trouble.length > 0);
    expect(sio.trouble[0]).toBe(code);
    expect(sio.memory.heard).toEqual([]);
    expect(server.rooms.all.map(({ taken }) => taken)).toEqual([0]);
  },
);

test('a full room refuses who asks for it by name, and who asks for none gets another', async () => {
  const { server, url } = await openYard({ games: [pebbles], alwaysOpen: ['pebbles'] });
  const first = textGuest(url);
  const second = textGuest(url);
  await Promise.all([first, second].map(seated));
  const [room] = server.rooms.all;
  const third = textGuest(url, { room: room?.id ?? '' });
  await until('the third is refused', () => third.closed !== null);
  expect(third.memory.heard).toEqual([gameError('ROOM_FULL')]);
  expect(third.closed?.code).toBe(ERRORS.ROOM_FULL.closeCode);

  await seated(textGuest(url));
  expect(server.rooms.all.map(({ taken }) => taken)).toEqual([2, 1]);
});

test('a message reaches everybody in the room with its sender, whatever JSON it is', async () => {
  const { url } = await openYard();
  const text = textGuest(url);
  const sio = socketIoGuest(url);
  await Promise.all([text, sio].map(seated));
  const messages = ['안녕', 0, -1.5, true, null, [], {}, [1, ['둘']], { 좌: { 표: [3, 5] } }, ''];
  for (const message of messages) {
    text.say(message);
    sio.say(message);
  }
  const expected = (from: string): object[] => messages.map((message) => ({ type: 'response', from, message }));
  for (const { memory } of [text, sio]) {
    await until('every message has come', () => memory.ofType('response').length >= 2 * messages.length);
    for (const from of [text.memory.you, sio.memory.you]) {
      expect(memory.ofType('response').filter((one) => one.from === from)).toEqual(expected(from));
    }
  }
});

test('Socket.IO events are acknowledged, or refused by game_error where nobody waits for an acknowledgement', async () => {
  const { url } = await openYard();
  const guest = socketIoGuest(url);
  await seated(guest);
  const refusal = (code: string): object => ({ ok: false, code, message: expect.stringMatching(/\S/u) });

  expect(await guest.ask('input', '우')).toEqual({ ok: true });
  expect(await guest.ask('input', 'down')).toEqual({ ok: true });
  expect(await guest.ask('input', { dir: 'none' })).toEqual({ ok: true });
  expect(await guest.ask('message', { any: ['thing'] })).toEqual({ ok: true });
  expect(await guest.ask('message')).toEqual({ ok: true });
  expect(await guest.ask('input', { dir: 'diagonal' })).toEqual(refusal('BAD_INPUT'));
  expect(await guest.ask('input', 'jump')).toEqual(refusal('BAD_INPUT'));
  expect(await guest.ask('input')).toEqual(refusal('BAD_INPUT'));
  expect(await guest.ask('input', 'left', 'right')).toEqual(refusal('BAD_MESSAGE'));
  expect(await guest.ask('game_state_update', {})).toEqual(refusal('UNKNOWN_EVENT'));
  expect(guest.memory.ofType('error')).toEqual([]);

  guest.socket.emit('input', { dir: 'diagonal' });
  guest.socket.emit('teleport', 1, 2, 3);
  await until('both refusals have come', () => guest.memory.ofType('error').length === 2);
  expect(guest.memory.ofType('error')).toEqual([gameError('BAD_INPUT'), gameError('UNKNOWN_EVENT')]);
  expect(guest.socket.connected).toBe(true);
});

test.each([['polling'], ['websocket']])('Socket.IO works over %s alone', async (transport) => {
  const { url } = await openYard();
  const guest = socketIoGuest(url, {}, { transports: [transport], upgrade: false });
  await seated(guest);
  await ticksPass(guest);
  expect(guest.socket.io.engine.transport.name).toBe(transport);
  await guest.leave();
});
