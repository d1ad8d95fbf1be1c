/**
 * B.3: messages of the native and the plain WebSocket protocol that say nothing, too much, or at the wrong time.
 *
 * The two answer differently, each by its contract: on /play a frame that cannot be read ends the connection with 4400,
 * for its writer is a program of ours and wrong; on /websocket, where people try things by hand, each refusal is told and
 * the connection stays, until refusals pass their limit and it ends with 4429.
 */
import { CLIENT_FRAME_BYTES_MAX, type ClientFrame, encodeClientFrame, neutral } from '@madang/core';
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
  textRefusals,
} from './gateways.ts';
import { binaryFrame, type RawSocket, textFrame } from './raw-socket.ts';
import { abuse, type World } from './standing.ts';
import { everyType, stillLife } from './still-life.ts';
import { expectAsBefore, expectUntouched } from './untouched.ts';

/** Refused requests that may come at once, as docs/protocol.md says. */
const REFUSALS_BURST = 40;

const [play, websocket] = GATEWAYS as [GatewayUnderTest, GatewayUnderTest];

/** One valid frame of each kind: all but the ping would leave a mark, or be told to others. */
const input: ClientFrame = {
  kind: 'input',
  tick: 70_000,
  seenTick: 300,
  viewDelayTicks: 20,
  input: {
    ...neutral(everyType),
    flag: true,
    small: 40_000,
    signedLarge: -70_000,
    double: 0.1,
    line: '좌우',
    pick: 'left',
    target: 70_000,
  },
};
const command: ClientFrame = { kind: 'command', number: 1, name: 'mark', payload: { line: 'here', times: 200 } };
const ask: ClientFrame = { kind: 'ask', number: 1, key: 'once', name: 'count', payload: { times: 200 } };
const VALID: Readonly<Record<string, Uint8Array>> = {
  join: joinFrame(stillLife, { name: '단비' }),
  input: encodeClientFrame(stillLife, input),
  command: encodeClientFrame(stillLife, command),
  ask: encodeClientFrame(stillLife, ask),
  say: encodeClientFrame(stillLife, { kind: 'say', number: 1, message: { hello: ['there', 1] } }),
  do: encodeClientFrame(stillLife, { kind: 'do', number: 1, deed: { do: 'chat', text: 'hello' } }),
  ping: encodeClientFrame(stillLife, { kind: 'ping' }),
  repair: encodeClientFrame(stillLife, { kind: 'repair', because: 'gap' }),
  diverged: encodeClientFrame(stillLife, {
    kind: 'diverged',
    tick: 300,
    at: { table: Object.keys(stillLife.state)[0] ?? '', row: 70_000, field: '' },
  }),
  rest: encodeClientFrame(stillLife, { kind: 'rest' }),
  leave: encodeClientFrame(stillLife, { kind: 'leave' }),
};

const prefixesOf = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (_, length) => bytes.subarray(0, length));

/** Each message ends a connection of its own with 4400 and changes nothing; those of `seated` have a seat before. */
async function expectUnreadable(world: World, messages: readonly Uint8Array[], seated: boolean): Promise<void> {
  const hash = world.stillHash();
  await Promise.all(
    messages.map(async (message) => {
      const raw = seated ? (await play.seated(world, stillLife)).raw : await world.upgrade(play.request);
      raw.write(binaryFrame(message));
      const what = `${seated ? 'seated' : 'unseated'}: ${Buffer.from(message).toString('hex')}`;
      expect((await raw.closed()).code, what).toBe(4400);
      expect(nativeRefusals(raw), what).toHaveLength(1);
    }),
  );
  await expectAsBefore(world, hash);
}

abuse.for(Object.keys(VALID).filter((kind) => kind !== 'join'))(
  'PR01: every prefix of a valid %s ends the connection with 4400 and does nothing',
  async (kind, { world }) => {
    const prefixes = prefixesOf(VALID[kind] ?? new Uint8Array());
    await expectUnreadable(world, prefixes, true);
    world.expectEnds('BAD_FRAME', prefixes.length);
  },
);

abuse('PR01: every prefix of a valid join ends the connection with 4400 and seats nobody', async ({ world }) => {
  const prefixes = prefixesOf(VALID.join ?? new Uint8Array());
  await expectUnreadable(world, prefixes, false);
  // The empty one does not claim to be a join.
  world.expectEnds('NOT_JOINED');
  world.expectEnds('BAD_FRAME', prefixes.length - 1);
});

abuse(
  'PR01: bytes behind the end of a valid frame end the connection with 4400 and the frame does nothing',
  async ({ world }) => {
    const { join = new Uint8Array(), ...others } = VALID;
    const longer = (bytes: Uint8Array): Uint8Array[] => [
      Buffer.concat([bytes, Buffer.from([0])]),
      Buffer.concat([bytes, bytes]),
    ];
    const afterJoin = Object.values(others).flatMap(longer);
    await expectUnreadable(world, afterJoin, true);
    await expectUnreadable(world, longer(join), false);
    world.expectEnds('BAD_FRAME', afterJoin.length + 2);
  },
);

abuse('PR01: a frame of unknown kind ends the connection with 4400', async ({ world }) => {
  const kinds = [0, 12, 63, 64, 65, 66, 67, 68, 69, 70, 127, 128, 254, 255];
  const frames = kinds.flatMap((kind) => [Uint8Array.of(kind), Uint8Array.of(kind, 1, 2, 3)]);
  await expectUnreadable(world, frames, true);
  world.expectEnds('BAD_FRAME', frames.length);
  await expectUnreadable(world, frames, false);
  world.expectEnds('NOT_JOINED', frames.length);
});

abuse('PR01: every prefix of a valid text is refused, does nothing, and the connection stays', async ({ world }) => {
  const hash = world.stillHash();
  const texts = ['{"type":"input","input":{"pick":"left"}}', '{"type":"message","message":{"a":1}}', 'left'];
  const prefixes = texts.flatMap((text) => Array.from(text, (_, length) => text.slice(0, length)));
  await expectRefusedTexts(world, prefixes, ['BAD_MESSAGE', 'BAD_INPUT']);
  await expectAsBefore(world, hash);
});

/** Each text is refused with one of the codes and the connection goes on; as many to a connection as it may have refused. */
async function expectRefusedTexts(world: World, texts: readonly string[], codes: readonly string[]): Promise<void> {
  const groups = Array.from({ length: Math.ceil(texts.length / REFUSALS_BURST) }, (_, i) =>
    texts.slice(i * REFUSALS_BURST, (i + 1) * REFUSALS_BURST),
  );
  await Promise.all(
    groups.map(async (group) => {
      const { raw } = await websocket.seated(world, stillLife);
      raw.write(...group.map(textFrame));
      await until('every text is answered', () => textRefusals(raw).length === group.length || !raw.isOpen);
      expect(raw.isOpen, group.join('\n').slice(0, 500)).toBe(true);
      for (const [at, code] of textRefusals(raw).entries()) expect(codes, group[at]).toContain(code);
      await stillAnswers(raw);
    }),
  );
  expectUntouched(world);
}

/** The connection is open and alive: a ping comes back. */
async function stillAnswers(raw: RawSocket): Promise<void> {
  const before = raw.pongs.length;
  raw.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
  await until('a ping is answered', () => raw.pongs.length > before);
}

/** Keys that every object has already, or that reach behind it. */
const POISON = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

function expectNoPollution(): void {
  for (const key of ['x', 'polluted', 'pick', 'name']) expect(Reflect.get({}, key), key).toBeUndefined();
}

abuse('PR05, V30: keys that every object has are refused on /websocket and reach no prototype', async ({ world }) => {
  const keys = POISON.filter((key) => key !== 'prototype').map((key) => JSON.stringify(key));
  const texts = keys.flatMap((key) => [
    `{"type":"message","message":{${key}:{"x":1,"polluted":1}}}`,
    `{"type":"message","message":[{"a":{${key}:1}}]}`,
    `{"type":"input","input":{${key}:{"pick":"left"}}}`,
    `{"type":"message",${key}:{"message":"x"}}`,
    `{${key}:{"type":"message","message":"x"}}`,
    JSON.parse(key) as string,
  ]);
  await expectRefusedTexts(world, texts, ['BAD_MESSAGE', 'BAD_INPUT']);
  expectNoPollution();
});

// "prototype" is a key of functions only: on plain data it is a word like any other.
abuse('PR05: "prototype" and a key given twice are data, of which the last counts', async ({ world }) => {
  const { raw } = await websocket.seated(world, stillLife);
  raw.write(
    textFrame('{"type":"message","message":{"prototype":{"x":1}}}'),
    textFrame('{"type":"input","type":"message","message":"first","message":"second"}'),
  );
  await until('both are heard', () => world.inStillLife.heard.length === 2);
  expect(world.inStillLife.heard.map((one) => JSON.stringify(one))).toEqual(['{"prototype":{"x":1}}', '"second"']);
  expectNoPollution();
});

// A say frame that is well-formed as a frame and carries JSON we do not take is refused like any wrong request; the
// connection stays, as it does for the same JSON on the other gateways.
abuse('PR05: keys that every object has are refused in what a native player says', async ({ world }) => {
  const { raw } = await play.seated(world, stillLife);
  const keys = POISON.filter((key) => key !== 'prototype');
  raw.write(...keys.map((key) => binaryFrame(sayText(`{${JSON.stringify(key)}:{"x":1}}`))));
  await until('every one is answered', () => nativeRefusals(raw).length === keys.length);
  expect(new Set(nativeRefusals(raw))).toEqual(new Set(['BAD_MESSAGE']));
  await stillAnswers(raw);
  expectUntouched(world);
  expectNoPollution();
});

abuse.for([play, websocket])(
  'PR05: names of games and rooms that every object has name none: $name',
  async ({ name }, { world }) => {
    for (const key of POISON) {
      const wishes = [
        { query: { game: key }, wish: { game: key }, code: 'GAME_UNKNOWN' as const },
        {
          query: { game: stillLife.name, room: key },
          wish: { way: 'room' as const, key },
          code: 'ROOM_GONE' as const,
        },
      ];
      for (const { query, wish, code } of wishes) {
        const path = `/websocket?${new URLSearchParams(query).toString()}`;
        const raw = await world.upgrade(name === 'play' ? play.request : { path });
        if (name === 'play') raw.write(binaryFrame(joinFrame(stillLife, wish)));
        expect(await raw.closed(), path).toEqual({ code: 4404, reason: code });
        world.expectEnds(code);
      }
    }
    expectNoPollution();
  },
);

const DEEP = '['.repeat(CLIENT_FRAME_BYTES_MAX / 2 - 64) + ']'.repeat(CLIENT_FRAME_BYTES_MAX / 2 - 64);

/** JSON that parses, or nearly, and is not to be taken. */
const BAD_JSON: Readonly<Record<string, string>> = {
  infinity: '1e999',
  'minus infinity': '-1e999',
  'infinity in a list': '[1,[1e999]]',
  __proto__: '{"__proto__":{}}',
  'deep nesting': DEEP,
  '33 levels': '['.repeat(33) + ']'.repeat(33),
  'half a surrogate pair': '"\\ud800"',
  'half a surrogate pair as a key': '{"\\udc00":1}',
};

abuse('PR06: JSON that cannot be taken is refused on /websocket, whatever it costs to read', async ({ world }) => {
  const texts = Object.values(BAD_JSON).map((json) => `{"type":"message","message":${json}}`);
  const inputs = ['1e999', '-1e999', '"1"', 'null', '[]', '{}'].map(
    (json) => `{"type":"input","input":{"double":${json}}}`,
  );
  const brackets = [
    '['.repeat(CLIENT_FRAME_BYTES_MAX),
    `{"type":"message","message":${'['.repeat(CLIENT_FRAME_BYTES_MAX - 64)}`,
  ];
  await expectRefusedTexts(world, texts, ['BAD_MESSAGE']);
  await expectRefusedTexts(world, inputs, ['BAD_INPUT', 'BAD_MESSAGE']);
  await expectRefusedTexts(world, brackets, ['BAD_MESSAGE', 'BAD_INPUT']);
  expectNoPollution();
});

abuse('PR06: JSON that cannot be taken is refused in what a native player says', async ({ world }) => {
  const bad = [
    ...Object.values(BAD_JSON),
    '['.repeat(CLIENT_FRAME_BYTES_MAX - 64),
    '',
    'NaN',
    'undefined',
    "'x'",
    '{"a":1,}',
  ];
  const { raw } = await play.seated(world, stillLife);
  raw.write(...bad.map((json) => binaryFrame(sayText(json))));
  await until('every one is answered', () => nativeRefusals(raw).length === bad.length);
  expect(new Set(nativeRefusals(raw))).toEqual(new Set(['BAD_MESSAGE']));
  await stillAnswers(raw);
  expectUntouched(world);
});

abuse('PR06: minus zero arrives as zero, on both gateways', async ({ world }) => {
  const { raw: text } = await websocket.seated(world, stillLife);
  text.write(textFrame('{"type":"message","message":[-0,-0.0,-1e-999]}'));
  const { raw: native } = await play.seated(world, stillLife);
  native.write(binaryFrame(sayText('[-0,-0.0,-1e-999]')));
  const { heard } = world.inStillLife;
  await until('both are heard', () => heard.length === 2);
  for (const message of heard) expect(message).toStrictEqual([0, 0, 0]);
});

/** A say frame whose text is not what an honest client would write there. */
function sayText(json: string): Uint8Array {
  const bytes = Buffer.from(json);
  const length = bytes.length < 0x80 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.from([4, 1, ...length]), bytes]);
}

abuse('PR09: text on /play ends the connection with 4400, before and after the join', async ({ world }) => {
  const texts = [
    'left',
    '{"type":"input","input":{"pick":"left"}}',
    '',
    Buffer.from(joinFrame(stillLife)).toString('latin1'),
  ];
  for (const text of texts) {
    const before = await world.upgrade(play.request);
    const { raw: after } = await play.seated(world, stillLife);
    for (const raw of [before, after]) {
      raw.write(textFrame(text));
      expect(await raw.closed()).toEqual({ code: 4400, reason: 'BAD_FRAME' });
      world.expectEnds('BAD_FRAME');
    }
  }
  expectUntouched(world);
});

abuse('PR09: binary on /websocket is refused and the connection stays', async ({ world }) => {
  const player = await websocket.seated(world);
  const messages = ['left', '{"type":"message","message":"x"}', '', joinFrame(stillLife)];
  player.raw.write(...messages.map(binaryFrame));
  await expectHeard(world, player);
  expect(textRefusals(player.raw)).toEqual(messages.map(() => 'BAD_MESSAGE'));
});

abuse('PR09: refusals past the limit end a plain connection with 4429', async ({ world }) => {
  const { raw } = await websocket.seated(world);
  raw.write(...new Array<Uint8Array>(REFUSALS_BURST + 20).fill(binaryFrame('left')));
  expect(await raw.closed()).toEqual({ code: 4429, reason: 'RATE_LIMITED' });
  const codes = textRefusals(raw);
  expect(codes.slice(0, REFUSALS_BURST)).toEqual(new Array(REFUSALS_BURST).fill('BAD_MESSAGE'));
  expect(codes.at(-1)).toBe('RATE_LIMITED');
  world.expectEnds('RATE_LIMITED');
});

abuse.for(Object.keys(VALID).filter((kind) => kind !== 'join'))(
  'PR10: %s before the join ends the connection with 4400',
  async (kind, { world }) => {
    const raw = await world.upgrade(play.request);
    const frame = VALID[kind] ?? new Uint8Array();
    // The join behind it comes too late.
    raw.write(binaryFrame(frame), binaryFrame(joinFrame(stillLife)));
    expect(await raw.closed()).toEqual({ code: 4400, reason: 'NOT_JOINED' });
    world.expectEnds('NOT_JOINED');
    expect(raw.binaries, 'nothing but the refusal was sent').toHaveLength(1);
    expectUntouched(world);
  },
);

abuse('PR10: a second join ends the connection with 4400 and takes no second seat', async ({ world }) => {
  const watch = watchFigures(world);
  const seconds = [
    joinFrame(stillLife, { name: 'second' }),
    joinFrame(stillLife, { name: 'second', way: 'room', key: world.inStillLife.room.id }),
    joinFrame(landGrab, { name: 'second' }),
  ];
  for (const second of seconds) {
    const { raw } = await play.seated(world, stillLife);
    raw.write(binaryFrame(second));
    expect(await raw.closed()).toEqual({ code: 4400, reason: 'ALREADY_JOINED' });
    world.expectEnds('ALREADY_JOINED');
    await world.settle();
  }
  expect(watch.most, 'the bystander and one player').toBe(2);
  expectUntouched(world);
});

abuse('PR10: ten joins in one segment take one seat at most, and none stays', async ({ world }) => {
  const watch = watchFigures(world);
  const raw = await world.upgrade(play.request);
  raw.write(...new Array<Uint8Array>(10).fill(binaryFrame(joinFrame(stillLife))));
  expect(await raw.closed()).toEqual({ code: 4400, reason: 'ALREADY_JOINED' });
  world.expectEnds('ALREADY_JOINED');
  await world.settle();
  expect(watch.most).toBeLessThanOrEqual(2);
});

abuse('PR10: ten joins in the segment of the upgrade itself take one seat at most', async ({ world }) => {
  const watch = watchFigures(world);
  const raw = await world.upgrade(
    REQUESTS.play,
    Buffer.concat(new Array<Uint8Array>(10).fill(binaryFrame(joinFrame(stillLife)))),
  );
  expect(await raw.closed()).toEqual({ code: 4400, reason: 'ALREADY_JOINED' });
  world.expectEnds('ALREADY_JOINED');
  await world.settle();
  expect(watch.most).toBeLessThanOrEqual(2);
});

// On /websocket connecting is joining, so there is no message that could come before it and none that joins again.
abuse('PR10: what looks like a join on /websocket is refused and takes no second seat', async ({ world }) => {
  const watch = watchFigures(world);
  const { raw } = await websocket.seated(world, stillLife);
  raw.write(...new Array<Uint8Array>(10).fill(textFrame('{"type":"join","game":"still-life","name":"second"}')));
  await until('all ten are answered', () => textRefusals(raw).length === 10);
  expect(new Set(textRefusals(raw))).toEqual(new Set(['BAD_MESSAGE']));
  expect(raw.texts.filter((text) => parsed(text).type === 'welcome')).toHaveLength(1);
  await stillAnswers(raw);
  expect(watch.most).toBe(2);
});

/** The most figures that have stood in the still room at any tick, as the bystander saw it. */
function watchFigures({ inStillLife: { room } }: World): { readonly most: number } {
  const watch = { most: 0 };
  const look = (): void => {
    watch.most = Math.max(watch.most, room.state.figures.size);
  };
  look();
  room.onState(look);
  return watch;
}
