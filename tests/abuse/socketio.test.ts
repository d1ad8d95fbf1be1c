/**
 * Advisories V15 and V17 to V21, and the protocol cases on Socket.IO, packet by packet.
 *
 * What the contract has a word for is refused by an acknowledgement or `game_error`, and the connection stays; what no
 * client library sends ends it. Engine.IO closes without a code, so the WebSocket's is 1005; where the gateway ended it,
 * `game_error` says why before.
 */
import { CLIENT_FRAME_BYTES_MAX } from '@madang/core';
import { expect } from 'vitest';
import { until } from '../support/yard.ts';
import { acknowledgement, emitted, eventRefusals, GATEWAYS, type GatewayUnderTest, openEngine } from './gateways.ts';
import { binaryFrame, type RawSocket, textFrame } from './raw-socket.ts';
import { abuse, type World } from './standing.ts';
import { stillLife } from './still-life.ts';
import { expectAsBefore, expectUntouched } from './untouched.ts';

const socketIo = GATEWAYS[2] as GatewayUnderTest;

/** Messages sent as one segment: text as text frames, bytes as binary ones. */
type Segment = readonly (string | Uint8Array)[];

const framed = (segment: Segment): Uint8Array[] =>
  segment.map((message) => (typeof message === 'string' ? textFrame(message) : binaryFrame(message)));

const BYTES = Buffer.from('bytes');

/** Each segment ends a connection of its own, all at once, without effect; answers the codes that were told before. */
async function expectEnded(
  world: World,
  segments: readonly Segment[],
  open: (world: World) => Promise<RawSocket>,
): Promise<string[]> {
  const hash = world.stillHash();
  const codes = await Promise.all(
    segments.map(async (segment) => {
      const raw = await open(world);
      raw.write(...framed(segment));
      await until(`the server ends the connection after ${String(segment[0]).slice(0, 60)}`, () => raw.isGone);
      return eventRefusals(raw);
    }),
  );
  await expectAsBefore(world, hash);
  return codes.flat();
}

const seated = async (world: World): Promise<RawSocket> => (await socketIo.seated(world, stillLife)).raw;

abuse('V15: an event named "error" ends the connection and reaches nobody', async ({ world }) => {
  const segments = ['42["error",{}]', '42["error"]', '427["error",{}]', '42["error",{"message":"x","stack":"y"}]'].map(
    (one) => [one],
  );
  const codes = await expectEnded(world, segments, seated);
  expect(codes).toEqual(segments.map(() => 'BAD_FRAME'));
  world.expectEnds('BAD_FRAME', segments.length);
});

abuse('V17: endless digits for the number of attachments end the connection', async ({ world }) => {
  const digits = (count: number): string => `45${'9'.repeat(count)}-["message"]`;
  await expectEnded(
    world,
    [[digits(CLIENT_FRAME_BYTES_MAX - 15)], [`45${'9'.repeat(CLIENT_FRAME_BYTES_MAX - 2)}`]],
    seated,
  );
  const raw = await seated(world);
  raw.write(textFrame(digits(1_000_000)));
  expect((await raw.closed()).code).toBe(1009);
});

abuse('V18: a placeholder that names no attachment ends the connection', async ({ world }) => {
  const nums = ['"splice"', '"length"', '"0"', '-1', '1', '5', '1e999', 'null', '[0]', '{"valueOf":"x"}'];
  const segments = nums.map((num) => [`451-["message",{"_placeholder":true,"num":${num}}]`, BYTES]);
  await expectEnded(world, [...segments, ['451-["message",{"_placeholder":true}]', BYTES]], seated);
});

abuse('V18: an attachment that is in order is refused as what it is: no JSON', async ({ world }) => {
  const raw = await seated(world);
  raw.write(
    ...framed([
      '451-["message",{"_placeholder":true,"num":0}]',
      BYTES,
      '451-1["input",{"_placeholder":true,"num":0}]',
      BYTES,
    ]),
  );
  await until('both are answered', () => eventRefusals(raw).length === 1 && acknowledgement(raw, 1) !== undefined);
  expect(eventRefusals(raw)).toEqual(['BAD_MESSAGE']);
  expect(acknowledgement(raw, 1)).toMatchObject({ ok: false, code: 'BAD_INPUT' });
  expect(raw.isOpen).toBe(true);
  expectUntouched(world);
});

abuse('V18: a placeholder that lies between two attachments stands for nothing', async ({ world }) => {
  const raw = await seated(world);
  raw.write(...framed(['451-3["message",{"_placeholder":true,"num":0.5}]', BYTES]));
  await until('it is answered', () => acknowledgement(raw, 3) !== undefined);
  await until('it is heard', () => world.inStillLife.heard.length > 0);
  expect(world.inStillLife.heard).toEqual([null]);
});

abuse('V19: an event whose name is no text ends the connection', async ({ world }) => {
  const names = ['{"toString":"foo"}', '{"toString":1,"valueOf":1}', '{}', '["message"]', 'null', 'true'];
  await expectEnded(
    world,
    names.map((name) => [`42[${name},"x"]`]),
    seated,
  );
});

abuse('V20: more attachments than a packet may have end the connection before they come', async ({ world }) => {
  const counts = ['11', '12', '1000', '1000000000', '1000000000000000000000', '1e9', 'Infinity', '0x10'];
  await expectEnded(
    world,
    counts.map((count) => [`45${count}-["message","x"]`]),
    seated,
  );
});

abuse('V21: a packet that announces no attachments ends the connection, whatever binary follows', async ({ world }) => {
  const counts = ['0', '00', '-0', '-1', '', ' ', '0.5', 'NaN', 'x'];
  const endless = new Array<Uint8Array>(50).fill(BYTES);
  await expectEnded(
    world,
    counts.map((count) => [`45${count}-["message","x"]`, ...endless]),
    seated,
  );
});

abuse('PR16: packets that no client sends end the connection and say why', async ({ world }) => {
  // Engine.IO: open, upgrade and noop are the server's or the handshake's; the rest is not in the protocol.
  const packets = ['0', '0{"sid":"mine"}', '5', '5probe', '6', '7', '9', 'x', '', '\u0000', '４'];
  const codes = await expectEnded(
    world,
    packets.map((packet) => [packet]),
    seated,
  );
  expect(codes).toEqual(packets.map(() => 'BAD_FRAME'));
  world.expectEnds('BAD_FRAME', packets.length);
});

abuse('PR16, PR09: packets out of order or unreadable end the connection', async ({ world }) => {
  const attachmentToCome = '451-["message",{"_placeholder":true,"num":0}]';
  await expectEnded(
    world,
    [
      ['2'], // a heartbeat in the server's direction
      ['44{}'],
      ['44"no"'],
      ['47'],
      ['4x'],
      ['4-1'],
      ['42['],
      ['42[]'],
      ['42{}'],
      ['42"message"'],
      ['42["connect"]'],
      ['42["connect_error"]'],
      ['42["disconnect"]'],
      ['42["disconnecting"]'],
      ['42["newListener"]'],
      ['42["removeListener"]'],
      ['42/other,["message","x"]'],
      ['42/__proto__,["message","x"]'],
      ['41{}'],
      ['43{}'],
      [BYTES],
      [Buffer.alloc(0)],
      ['bAAAA'],
      [attachmentToCome, '42["message","x"]'],
      [attachmentToCome, attachmentToCome],
    ],
    seated,
  );
});

abuse('PR16: a client that leaves the namespace has left the room', async ({ world }) => {
  await expectEnded(world, [['41'], ['41', '42["message","x"]']], seated);
});

abuse(
  'PR16: events that are not in the contract are refused, by game_error or the acknowledgement, and nothing ends',
  async ({ world }) => {
    const events = {
      '': 'UNKNOWN_EVENT',
      '[1,2]': 'UNKNOWN_EVENT',
      '["join",{}]': 'UNKNOWN_EVENT',
      '["__proto__",{}]': 'UNKNOWN_EVENT',
      '["constructor"]': 'UNKNOWN_EVENT',
      '["toString"]': 'UNKNOWN_EVENT',
      '["welcome",{}]': 'UNKNOWN_EVENT',
      '["game_error",{}]': 'UNKNOWN_EVENT',
      '["message","a","b"]': 'BAD_MESSAGE',
      '["input"]': 'BAD_INPUT',
      '["input",null]': 'BAD_INPUT',
      '["input",[]]': 'BAD_INPUT',
      '["input",1]': 'BAD_INPUT',
      '["input","sideways"]': 'BAD_INPUT',
      '["input","__proto__"]': 'BAD_INPUT',
      '["input",""]': 'BAD_INPUT',
    };
    const codes = Object.values(events);
    const silent = await seated(world);
    silent.write(...Object.keys(events).map((event) => textFrame(`42${event}`)));
    await until('every event is refused', () => eventRefusals(silent).length === codes.length);
    expect(eventRefusals(silent)).toEqual(codes);

    const acknowledged = await seated(world);
    const named = Object.entries(events).filter(([event]) => event !== '');
    acknowledged.write(...named.map(([event], id) => textFrame(`42${id}${event}`)));
    await until('every event is answered', () => acknowledgement(acknowledged, named.length - 1) !== undefined);
    for (const [id, [event, code]] of named.entries()) {
      expect(acknowledgement(acknowledged, id), event).toEqual({ ok: false, code, message: expect.any(String) });
    }
    expect(eventRefusals(acknowledged)).toEqual([]);
    expect([silent.isOpen, acknowledged.isOpen]).toEqual([true, true]);
    expectUntouched(world);
  },
);

abuse('PR16: acknowledgements of nothing and heartbeats without end are ignored', async ({ world }) => {
  const raw = await seated(world);
  raw.write(
    ...framed(['430[]', '431[1]', '439007199254740993[1]', '3', '3probe', '3']),
    textFrame('429["message","after it"]'),
  );
  await until('what follows them is answered', () => acknowledgement(raw, 9) !== undefined);
  expect(acknowledgement(raw, 9)).toEqual({ ok: true });
  expect(eventRefusals(raw)).toEqual([]);
});

abuse(
  'PR16: what is emitted with an acknowledgement, without one, and at any length is heard in its order',
  async ({ world }) => {
    const player = await seated(world);
    const long = 'x'.repeat(200);
    player.write(
      ...[
        '42["message","a"]',
        '421["message","b"]',
        '42["message","c"]',
        `42["message","${long}"]`,
        '42["message","d"]',
      ].map(textFrame),
    );
    player.write(textFrame('42["message","e"]'));
    await until('all is heard', () => world.inStillLife.heard.length >= 6);
    expect(world.inStillLife.heard).toEqual(['a', 'b', 'c', long, 'd', 'e']);
  },
);

// Only the default namespace exists, and nothing a client sends makes another.
abuse('PR16: another namespace is refused and seats nobody', async ({ world }) => {
  const short = ['/admin', '/__proto__', '/constructor', '/a/b', '/땅', `/${'a'.repeat(3_000)}`];
  const player = await seated(world);
  const before = await openEngine(world);
  for (const raw of [player, before]) {
    // Before a join, messages have to be short.
    const names = raw === player ? [...short, `/${'a'.repeat(10_000)}`] : short;
    raw.write(...names.map((name) => textFrame(`40${name},`)));
    await until(
      'all are refused',
      () => raw.texts.filter((text) => text.startsWith('44/')).length === names.length || raw.isGone,
    );
    expect(raw.texts.filter((text) => text.startsWith('44/'))).toEqual(
      names.map((name) => `44${name},{"message":"Invalid namespace"}`),
    );
    raw.write(textFrame('42["message","x"]'));
  }
  await before.closed();
  await until('the seated one is heard', () => world.inStillLife.heard.length > 0);
  expect(emitted(before, 'welcome')).toEqual([]);
});

abuse('PR10, PR16: whatever comes before CONNECT ends the connection and seats nobody', async ({ world }) => {
  const first = [
    '42["message","x"]',
    '421["input","left"]',
    '41',
    '43[1]',
    '44{}',
    '40[',
    '40[]',
    '40null',
    '40"x"',
    BYTES,
  ];
  await expectEnded(
    world,
    first.map((message) => [message]),
    openEngine,
  );
});

abuse('PR10: CONNECT to one that is seated ends the connection', async ({ world }) => {
  const segments = [['40'], ['40{"game":"still-life"}'], ['40/,'], ['40', '40', '40']];
  await expectEnded(world, segments, seated);
});

const CONNECT = '40{"game":"still-life"}';

abuse.for([2, 10])(
  'PR10: %i CONNECTs in one segment take one seat at most and end the connection',
  async (count, { world }) => {
    const raw = await openEngine(world);
    raw.write(...new Array<Uint8Array>(count).fill(textFrame(CONNECT)));
    await raw.closed();
    expect(emitted(raw, 'welcome').length).toBeLessThanOrEqual(1);
    world.expectEnds('ALREADY_JOINED');
  },
);

abuse('PR16: a thousand CONNECTs take one seat at most and end the connection', async ({ world }) => {
  const raw = await openEngine(world);
  raw.write(...new Array<Uint8Array>(1000).fill(textFrame(CONNECT)));
  await raw.closed();
  expect(emitted(raw, 'welcome').length).toBeLessThanOrEqual(1);
  world.expectEnds('RATE_LIMITED');
});

abuse('PR10: a connection that ends while it joins leaves no seat behind', async ({ world }) => {
  await expectEnded(
    world,
    [
      [CONNECT, '42["message","x"]'],
      [CONNECT, '44{}'],
      [CONNECT, '41'],
      [CONNECT, BYTES],
    ],
    openEngine,
  );
  for (let i = 0; i < 10; i++) {
    const raw = await openEngine(world);
    raw.write(textFrame(CONNECT));
    raw.destroy();
  }
  await world.settle();
});

/** All connections of these tests come from one address; these need many at a time. */
const crowded = abuse.extend({ options: { limits: { connectionsPerAddress: 256 } } });

crowded(
  'PR01: every prefix of a valid packet is refused or ends the connection, and does nothing',
  async ({ world }) => {
    const packets = ['42["message",{"a":1}]', '42["input",{"pick":"left"}]', '421["input","left"]'];
    const prefixes = packets.flatMap((packet) => Array.from(packet, (_, length) => packet.slice(0, length)));
    // A packet that is nothing but its type, with or without an id, is whole: an event without a name, which is refused.
    const whole = prefixes.filter((prefix) => /^42\d*$/u.test(prefix));
    const cut = prefixes.filter((prefix) => !whole.includes(prefix));
    const codes = await expectEnded(
      world,
      cut.map((prefix) => [prefix]),
      seated,
    );
    const empty = cut.filter((prefix) => prefix === '').length;
    expect(codes).toEqual(new Array(empty).fill('BAD_FRAME'));
    world.expectEnds('BAD_FRAME', empty);
    const raw = await seated(world);
    raw.write(...framed(whole));
    await until('the whole ones are refused', () => eventRefusals(raw).length === whole.length);
    expect(raw.isOpen).toBe(true);
    expectUntouched(world);
  },
);

abuse('PR01: every prefix of a CONNECT ends the connection and seats nobody', async ({ world }) => {
  // "4" and "40" are whole: a CONNECT without options.
  const prefixes = Array.from(CONNECT, (_, length) => CONNECT.slice(0, length)).filter(
    (prefix) => prefix !== '4' && prefix !== '40',
  );
  await expectEnded(
    world,
    prefixes.map((prefix) => [prefix]),
    openEngine,
  );
  world.expectEnds('BAD_FRAME');
});

const POISON = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

abuse('PR05: keys that every object has are refused and reach no prototype', async ({ world }) => {
  const values = POISON.flatMap((key) => [
    `["message",{"${key}":{"x":1}}]`,
    `["message",[{"a":{"${key}":1}}]]`,
    `["input",{"${key}":{"pick":"left"}}]`,
  ]);
  const raw = await seated(world);
  raw.write(...values.map((value, id) => textFrame(`42${id}${value}`)));
  await until('every one is answered', () => acknowledgement(raw, values.length - 1) !== undefined);
  for (const [id, value] of values.entries()) {
    expect(acknowledgement(raw, id), value).toMatchObject({
      ok: false,
      code: value.startsWith('["input"') ? 'BAD_INPUT' : 'BAD_MESSAGE',
    });
  }
  expect(Reflect.get({}, 'x')).toBeUndefined();
  expect(Reflect.get({}, 'pick')).toBeUndefined();
  expectUntouched(world);
});

abuse('PR05: what a CONNECT carries under such keys counts as nothing', async ({ world }) => {
  const raw = await openEngine(world);
  raw.write(
    textFrame('40{"game":"still-life","__proto__":{"name":"evil","room":"nowhere"},"constructor":{"name":"evil"}}'),
  );
  await until('it is seated', () => emitted(raw, 'welcome').length > 0);
  const names = [...world.inStillLife.room.state.figures].map(({ name }) => name);
  expect(names).not.toContain('evil');
  expect(Reflect.get({}, 'name')).toBeUndefined();
});

abuse('PR06: JSON that cannot be taken is refused', async ({ world }) => {
  const deep = '['.repeat(CLIENT_FRAME_BYTES_MAX / 2 - 64) + ']'.repeat(CLIENT_FRAME_BYTES_MAX / 2 - 64);
  const values = ['1e999', '-1e999', '[1,[1e999]]', '{"__proto__":{}}', deep, '"\\ud800"', '{"\\udc00":1}'];
  const raw = await seated(world);
  raw.write(...values.map((value, id) => textFrame(`42${id}["message",${value}]`)));
  await until('every one is answered', () => acknowledgement(raw, values.length - 1) !== undefined);
  for (const [id, value] of values.entries()) {
    expect(acknowledgement(raw, id), value.slice(0, 40)).toMatchObject({ ok: false, code: 'BAD_MESSAGE' });
  }
  raw.write(textFrame('4299["input",{"double":1e999}]'));
  await until('the input is answered', () => acknowledgement(raw, 99) !== undefined);
  expect(acknowledgement(raw, 99)).toMatchObject({ ok: false, code: 'BAD_INPUT' });
  expectUntouched(world);
});

abuse('PR06: 16 KiB of opening brackets end the connection; minus zero arrives as zero', async ({ world }) => {
  const brackets = `42["message",${'['.repeat(CLIENT_FRAME_BYTES_MAX - 20)}`;
  await expectEnded(world, [[brackets], ['['.repeat(CLIENT_FRAME_BYTES_MAX)]], seated);
  world.expectEnds('BAD_FRAME');
  const raw = await seated(world);
  raw.write(textFrame('42["message",[-0,-0.0,-1e-999]]'));
  await until('it is heard', () => world.inStillLife.heard.length > 0);
  expect(world.inStillLife.heard[0]).toStrictEqual([0, 0, 0]);
});

abuse('PR09: refusals past the limit end the connection', async ({ world }) => {
  const raw = await seated(world);
  raw.write(...new Array<Uint8Array>(60).fill(textFrame('42["nonsense"]')));
  await raw.closed();
  expect(eventRefusals(raw).at(-1)).toBe('RATE_LIMITED');
  world.expectEnds('RATE_LIMITED');
});
