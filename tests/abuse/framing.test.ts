/**
 * B.2: frames that RFC 6455 does not allow, and frames that it does and that nobody should have to bear, on every gateway.
 * The WebSocket library ends some of these connections by itself and our own guard the others, below the gateways; what we
 * hold is that they end, with the right code, and that the seat is freed as after any lost line.
 */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CLIENT_FRAME_BYTES_MAX } from '@madang/core';
import { DEFAULT_LIMITS } from '@madang/server';
import { landGrab } from '@madang-examples/land-grab/game';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { until } from '../support/yard.ts';
import {
  expectHeard,
  GATEWAYS,
  type GatewayUnderTest,
  joinFrame,
  openEngine,
  parsed,
  REQUESTS,
  sayFrame,
} from './gateways.ts';
import { binaryFrame, type FrameToWrite, frame, OPCODE, type RawSocket, textFrame } from './raw-socket.ts';
import { abuse, type World } from './standing.ts';

const { text, binary, continuation, ping, pong, close } = OPCODE;

/** A server that soon loses patience with a message that is not whole. */
/** Pings are far apart, since a raw socket answers them between the pieces of its own frames. */
const hasty = abuse.extend({ options: { limits: { partialMessageMs: 300, heartbeatMs: 60_000 } } });

/** What is sent as one segment, and how the connection must end. */
interface BadFrames {
  readonly what: string;
  readonly send: readonly FrameToWrite[];
}

/** Each on a player's connection of its own, all at once. */
async function expectEnded(
  world: World,
  gateway: GatewayUnderTest,
  cases: readonly BadFrames[],
  code: number,
): Promise<void> {
  await Promise.all(
    cases.map(async ({ what, send }) => {
      const { raw } = await gateway.seated(world);
      raw.write(...send.map(frame));
      expect((await raw.closed()).code, what).toBe(code);
    }),
  );
  expect(world.inLandGrab.heard).toEqual([]);
}

abuse.for(GATEWAYS)('FR01: an unmasked frame ends the connection with 1002: $name', async (gateway, { world }) => {
  const cases = [
    { what: 'text', send: [{ opcode: text, payload: 'left', masked: false }] },
    { what: 'binary', send: [{ opcode: binary, payload: 'left', masked: false }] },
    { what: 'ping', send: [{ opcode: ping, masked: false }] },
  ];
  await expectEnded(world, gateway, cases, 1002);
});

abuse.for(GATEWAYS)('FR02: a reserved bit ends the connection with 1002: $name', async (gateway, { world }) => {
  const cases = [1, 2, 4, 7].map((rsv) => ({ what: `bits ${rsv}`, send: [{ opcode: text, payload: 'left', rsv }] }));
  await expectEnded(world, gateway, cases, 1002);
});

abuse.for(GATEWAYS)('FR03: a reserved opcode ends the connection with 1002: $name', async (gateway, { world }) => {
  const cases = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({ what: `opcode ${opcode}`, send: [{ opcode }] }));
  await expectEnded(world, gateway, cases, 1002);
});

abuse.for(GATEWAYS)(
  'FR04: a ping too long or in fragments ends the connection with 1002: $name',
  async (gateway, { world }) => {
    const cases = [
      { what: '126 bytes', send: [{ opcode: ping, payload: 'x'.repeat(126) }] },
      { what: 'a fragment', send: [{ opcode: ping, payload: 'x', fin: false }] },
      { what: 'a close in fragments', send: [{ opcode: OPCODE.close, fin: false }] },
    ];
    await expectEnded(world, gateway, cases, 1002);
  },
);

abuse.for(GATEWAYS)('FR05: fragments out of order end the connection with 1002: $name', async (gateway, { world }) => {
  const cases = [
    { what: 'a continuation of nothing', send: [{ opcode: continuation, payload: 'left' }] },
    { what: 'a continuation of a whole message', send: [{ opcode: ping }, { opcode: continuation, payload: 'left' }] },
    {
      what: 'a text in the middle of one',
      send: [
        { opcode: text, payload: 'le', fin: false },
        { opcode: text, payload: 'ft' },
      ],
    },
    {
      what: 'a binary in the middle of a text',
      send: [
        { opcode: text, payload: 'le', fin: false },
        { opcode: binary, payload: 'ft' },
      ],
    },
  ];
  await expectEnded(world, gateway, cases, 1002);
});

abuse.for(GATEWAYS)(
  'FR06: a ping between fragments is answered at once and the message is whole: $name',
  async (gateway, { world }) => {
    const player = await gateway.seated(world);
    const { raw, saying } = player;
    const [opcode, payload] = unframed(saying('in two pieces'));
    const middle = Math.floor(payload.length / 2);
    raw.write(
      frame({ opcode, payload: payload.subarray(0, middle), fin: false }),
      frame({ opcode: ping, payload: 'now' }),
    );
    await until('the pong arrives', () => raw.pongs.length > 0);
    expect(raw.pongs).toEqual(['now']);
    expect(world.inLandGrab.heard, 'the message is not there before its end').toEqual([]);
    raw.write(frame({ opcode: continuation, payload: payload.subarray(middle) }));
    await expectHeard(world, player);
    expect(world.inLandGrab.heard).toEqual(['in two pieces', 'still here']);
  },
);

/** Texts that are not UTF-8, from RFC 3629. */
const BAD_UTF8: Readonly<Record<string, readonly number[]>> = {
  'a byte that begins nothing': [0xff],
  'a continuation byte alone': [0x80],
  'an end in the middle': [0xe2, 0x82],
  'the surrogate D800': [0xed, 0xa0, 0x80],
  'a surrogate pair': [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  'an overlong slash': [0xc0, 0xaf],
  'an overlong NUL': [0xe0, 0x80, 0x80],
  'past 10FFFF': [0xf4, 0x90, 0x80, 0x80],
};

abuse.for(GATEWAYS)(
  'FR07: a text that is not UTF-8 ends the connection with 1007: $name',
  async (gateway, { world }) => {
    const cases = Object.entries(BAD_UTF8).map(([what, bytes]) => ({
      what,
      send: [{ opcode: text, payload: Buffer.concat([Buffer.from('left'), Buffer.from(bytes)]) }],
    }));
    await expectEnded(world, gateway, cases, 1007);
  },
);

abuse.for(GATEWAYS)(
  'FR14: a length past all bounds ends the connection with 1009: $name',
  async (gateway, { world }) => {
    const lengths = {
      'the top bit set': 1n << 63n,
      'all bits set': (1n << 64n) - 1n,
      '2^53': 1n << 53n,
      '2^53 + 1': (1n << 53n) + 1n,
    };
    const cases = Object.entries(lengths).flatMap(([what, claimedLength]) =>
      [text, binary].map((opcode) => ({ what, send: [{ opcode, claimedLength }] })),
    );
    await expectEnded(world, gateway, cases, 1009);
  },
);

abuse.for(GATEWAYS)(
  'FR15, V02: one byte over the limit is refused by its header alone, with 1009: $name',
  async (gateway, { world }) => {
    const claimedLength = BigInt(CLIENT_FRAME_BYTES_MAX + 1);
    const half = { opcode: text, payload: 'x'.repeat(CLIENT_FRAME_BYTES_MAX / 2), fin: false };
    const cases = [
      { what: 'one frame', send: [{ opcode: text, claimedLength }] },
      {
        what: 'two fragments',
        send: [half, { opcode: continuation, claimedLength: BigInt(CLIENT_FRAME_BYTES_MAX / 2 + 1) }],
      },
    ];
    await expectEnded(world, gateway, cases, 1009);
  },
);

abuse.for(GATEWAYS)('FR15: a message of exactly the limit is taken: $name', async (gateway, { world }) => {
  const player = await gateway.seated(world);
  const [, around] = unframed((await gateway.seated(world)).saying('x'.repeat(1000)));
  // What the message adds to its words grows by nothing between a thousand of them and the limit.
  const words = 'x'.repeat(CLIENT_FRAME_BYTES_MAX - (around.length - 1000));
  const [opcode, payload] = unframed(player.saying(words));
  expect(payload).toHaveLength(CLIENT_FRAME_BYTES_MAX);
  player.raw.write(frame({ opcode, payload }));
  await expectHeard(world, player);
  expect(world.inLandGrab.heard).toEqual([words, 'still here']);
});

hasty.for(GATEWAYS)(
  'FR08, FR19, V08: what is begun and never ended ends the connection with 4408: $name',
  async (gateway, { world }) => {
    const whole = frame({ opcode: text, payload: 'x'.repeat(200) });
    const begun: Record<string, Uint8Array> = {
      'one byte': whole.subarray(0, 1),
      'half a head': whole.subarray(0, 3),
      'a head': whole.subarray(0, 8),
      'half a message': whole.subarray(0, 100),
      'half a ping': frame({ opcode: ping, payload: 'x'.repeat(50) }).subarray(0, 20),
      'a first fragment that is not UTF-8': frame({ opcode: text, payload: Buffer.from([0xff, 0xfe]), fin: false }),
      'an empty first fragment': frame({ opcode: binary, fin: false }),
      'all fragments but the last': Buffer.concat([
        frame({ opcode: text, payload: 'x', fin: false }),
        ...Array.from({ length: DEFAULT_LIMITS.fragments - 2 }, () =>
          frame({ opcode: continuation, payload: 'x', fin: false }),
        ),
      ]),
    };
    for (const [what, bytes] of Object.entries(begun)) {
      const { raw } = await gateway.seated(world);
      raw.write(bytes);
      expect(await raw.closed(), what).toEqual({ code: 4408, reason: 'PARTIAL_MESSAGE' });
    }
    world.expectEnds('PARTIAL_MESSAGE', Object.keys(begun).length);
    expect(world.inLandGrab.heard).toEqual([]);
  },
);

hasty.for(GATEWAYS)(
  'FR20: a message that comes a byte at a time is not waited for longer: $name',
  async (gateway, { world }) => {
    const player = await gateway.seated(world);
    const bytes = player.saying('x'.repeat(1_000));
    for (let at = 0; at < bytes.length && player.raw.isOpen; at++) {
      player.raw.write(bytes.subarray(at, at + 1));
      // Pings in between are whole messages of their own where no frame is open, and nothing that could buy time.
      if (at === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await player.raw.closed()).code).toBe(4408);
    world.expectEnds('PARTIAL_MESSAGE');
  },
);

hasty.for(GATEWAYS)('FR20: pings between fragments buy a message no time: $name', async (gateway, { world }) => {
  const { raw } = await gateway.seated(world);
  raw.write(frame({ opcode: text, payload: 'x', fin: false }));
  while (raw.isOpen) {
    raw.write(frame({ opcode: ping }));
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  expect((await raw.closed()).code).toBe(4408);
  world.expectEnds('PARTIAL_MESSAGE');
});

hasty.for(GATEWAYS)(
  'FR20: whoever talks all the time, in pieces that never end where a message does, stays: $name',
  async (gateway, { world }) => {
    const player = await gateway.seated(world);
    const stream = Buffer.concat(Array.from({ length: 20 }, (_, at) => player.saying(`line ${at}`)));
    const size = Math.floor(stream.length / 20) + 1;
    for (let at = 0; at < stream.length; at += size) {
      player.raw.write(stream.subarray(at, at + size));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await until('all is heard', () => world.inLandGrab.heard.length === 20);
    await expectHeard(world, player);
  },
);

abuse.for(GATEWAYS)(
  'FR09: a letter whose bytes come in several fragments is whole: $name',
  async (gateway, { world }) => {
    const player = await gateway.seated(world);
    const [opcode, payload] = unframed(player.saying('땅'));
    const from = payload.length - 8;
    const parts = [payload.subarray(0, from), ...Array.from(payload.subarray(from), (byte) => Buffer.from([byte]))];
    player.raw.write(
      ...parts.map((part, at) =>
        frame({ opcode: at === 0 ? opcode : continuation, payload: part, fin: at === parts.length - 1 }),
      ),
    );
    await expectHeard(world, player);
    expect(world.inLandGrab.heard).toEqual(['땅', 'still here']);
  },
);

/** A close frame with this code and reason. */
function closing(code: number | null, reason: Uint8Array | string = ''): FrameToWrite {
  if (code === null) return { opcode: close };
  return { opcode: close, payload: Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]) };
}

abuse.for(GATEWAYS)(
  'FR10, FR12: a close that is none ends the connection with 1002 or 1007: $name',
  async (gateway, { world }) => {
    const codes = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
    const cases = [
      { what: 'one byte', send: [{ opcode: close, payload: 'x' }] },
      { what: 'a reason of 124 bytes', send: [closing(1000, 'x'.repeat(124))] },
      ...codes.map((code) => ({ what: `code ${code}`, send: [closing(code)] })),
    ];
    await expectEnded(world, gateway, cases, 1002);
    await expectEnded(
      world,
      gateway,
      [{ what: 'no UTF-8', send: [closing(1000, Buffer.from([0xed, 0xa0, 0x80]))] }],
      1007,
    );
  },
);

abuse.for(GATEWAYS)('FR10, FR11: a close is answered with its own code: $name', async (gateway, { world }) => {
  const codes = [1000, 1001, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999];
  await expectEnded(world, gateway, [{ what: 'no code', send: [closing(null)] }], 1005);
  for (const code of codes) {
    const reason = 'x'.repeat(123);
    await expectEnded(world, gateway, [{ what: `code ${code}`, send: [closing(code, reason)] }], code);
  }
});

abuse.for(GATEWAYS)('FR13: what comes after a close is nobody’s: $name', async (gateway, { world }) => {
  const { raw, saying } = await gateway.seated(world);
  raw.write(frame(closing(1000)), saying('after the end'));
  raw.write(saying('and once more'));
  expect((await raw.closed()).code).toBe(1000);
  await world.settle();
  expect(world.inLandGrab.heard).toEqual([]);
});

abuse.for(GATEWAYS)(
  'FR16: fragments that are too long together end the connection with 1009: $name',
  async (gateway, { world }) => {
    const fragment = (opcode: number): FrameToWrite => ({ opcode, payload: 'x'.repeat(2_048), fin: false });
    const send = [fragment(text), ...Array.from({ length: 30 }, () => fragment(continuation))];
    await expectEnded(world, gateway, [{ what: '31 of 2 KiB', send }], 1009);
  },
);

abuse.for(GATEWAYS)('FR17: a length in a longer form than it needs is read: $name', async (gateway, { world }) => {
  const player = await gateway.seated(world);
  const [opcode, payload] = unframed(player.saying('long form'));
  player.raw.write(frame({ opcode, payload, claimedLength: BigInt(payload.length) }));
  await expectHeard(world, player);
  expect(world.inLandGrab.heard).toEqual(['long form', 'still here']);
});

abuse.for(GATEWAYS)(
  'FR18, V07, V08: a message in too many pieces ends the connection with 1008: $name',
  async (gateway, { world }) => {
    const endless = (payload: string, count: number): FrameToWrite[] => [
      { opcode: text, payload, fin: false },
      ...Array.from({ length: count }, () => ({ opcode: continuation, payload, fin: false })),
    ];
    const cases = [
      { what: 'a byte each', send: endless('x', DEFAULT_LIMITS.fragments) },
      { what: 'empty', send: endless('', 16_386) },
    ];
    await expectEnded(world, gateway, cases, 1008);
    expect((await world.refusals()).WS_ERR_TOO_MANY_BUFFERED_PARTS).toBe(2);
  },
);

abuse.for(GATEWAYS)(
  'FR21, FR22: a line that is cut in the middle of a frame costs its seat and nothing else: $name',
  async (gateway, { world }) => {
    const halfClosed = await gateway.seated(world);
    halfClosed.raw.finish();
    expect((await halfClosed.raw.closed()).code).toBe(1006);
    for (const cutAt of [1, 5, 9]) {
      const { raw, saying } = await gateway.seated(world);
      raw.write(saying('cut').subarray(0, cutAt));
      raw.reset();
      await raw.closed();
    }
    const { raw, saying } = await gateway.seated(world);
    raw.write(saying('cut').subarray(0, 7));
    raw.finish();
    await raw.closed();
    await world.settle();
    expect(world.inLandGrab.heard).toEqual([]);
  },
);

abuse.for(GATEWAYS)(
  'FR26, V09: a flood of pings from one who does not read is cut: $name',
  async (gateway, { world }) => {
    const { raw } = await gateway.seated(world);
    raw.pause();
    const pings = Buffer.concat(Array.from({ length: 100 }, () => frame({ opcode: ping, payload: 'x'.repeat(125) })));
    for (let sent = 0; sent < 1_000 && !raw.isGone; sent++) {
      raw.write(pings);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(raw.isGone, 'it is cut').toBe(true);
    world.expectEnds('RATE_LIMITED');
  },
);

abuse.for(GATEWAYS)(
  'FR27, FR28: a flood of pings or pongs ends the connection with 4429, a few of them do not: $name',
  async (gateway, { world }) => {
    for (const opcode of [ping, pong]) {
      const player = await gateway.seated(world);
      player.raw.write(...Array.from({ length: 15 }, () => frame({ opcode, payload: 'a' })));
      await expectHeard(world, player, `after ${opcode}`);
      player.raw.write(...Array.from({ length: 5_000 }, () => frame({ opcode, payload: 'a' })));
      expect(await player.raw.closed()).toEqual({ code: 4429, reason: 'RATE_LIMITED' });
      expect(player.raw.pongs.length).toBeLessThan(100);
    }
    world.expectEnds('RATE_LIMITED', 2);
  },
);

const strangers: readonly { name: string; open(world: World): Promise<RawSocket> }[] = [
  { name: 'play', open: (world) => world.upgrade(REQUESTS.play) },
  { name: 'socket.io', open: openEngine },
];

abuse.for(strangers)(
  'FR15: before a join a message may be 4 KiB, and one byte more ends the connection: $name',
  async ({ name, open }, { world }) => {
    const limit = DEFAULT_LIMITS.messageBytesBeforeJoin;
    const opcode = name === 'play' ? binary : text;
    // To Socket.IO a message, whose first byte is the engine's own and not counted where it is seen whole.
    const words = (length: number): string => '4'.padEnd(length, 'x');
    const tooLong: Record<string, FrameToWrite[]> = {
      'by its head alone': [{ opcode, claimedLength: BigInt(limit + 1) }],
      'in two pieces': [
        { opcode, payload: words(limit / 2), fin: false },
        { opcode: continuation, claimedLength: BigInt(limit / 2 + 1) },
      ],
      whole: [{ opcode, payload: words(limit + (name === 'play' ? 1 : 2)) }],
    };
    for (const [what, frames] of Object.entries(tooLong)) {
      const raw = await open(world);
      raw.write(...frames.map(frame));
      const { code } = await raw.closed();
      // The gateway of Socket.IO closes in its own way what it has seen whole.
      if (name === 'play' || what !== 'whole') expect(code, what).toBe(1009);
    }
    world.expectEnds('MESSAGE_TOO_LARGE', 3);
    const raw = await open(world);
    raw.write(frame({ opcode, payload: words(limit) }));
    await raw.closed();
    // It was read, and is no join.
    if (name === 'play') world.expectEnds('NOT_JOINED');
  },
);

abuse('FR15: a join, and a message as long as a player may send, may come as one segment', async ({ world }) => {
  const words = 'x'.repeat(10_000);
  const raw = await world.upgrade(REQUESTS.play);
  raw.write(binaryFrame(joinFrame(landGrab)), binaryFrame(sayFrame(landGrab, words)));
  await until('it is heard', () => world.inLandGrab.heard.includes(words));
  const asText = await world.upgrade(
    REQUESTS.websocket,
    textFrame(JSON.stringify({ type: 'message', message: words })),
  );
  await asText.text('the response', (one) => parsed(one).type === 'response');
});

abuse('V26: keys that hash alike stop nobody else', async ({ world }) => {
  const raw = await world.upgrade(REQUESTS.websocket);
  // Numbers as keys, alike in their low bits.
  const keys = Array.from({ length: 1_000 }, (_, at) => `"${(at + 1) * 2 ** 21}":0`);
  raw.write(textFrame(`{"type":"message","message":{${keys.join(',')}}}`));
  const answer = await raw.text('an answer', (one) => ['response', 'error'].includes(String(parsed(one).type)));
  expect(parsed(answer).type).toBe('response');
});

test('V01, V06: a ping or a reason that is no text and no bytes is never sent as memory of others', async () => {
  const strange: readonly unknown[] = [9_999, new Float32Array(20).fill(7), new Array(40).fill(7), { length: 64 }, {}];
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  for (const data of strange) {
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [ours] = (await once(server, 'connection')) as [WebSocket];
    const heard: Buffer[] = [];
    client.on('ping', (bytes: Buffer) => heard.push(bytes));
    client.on('close', (_code, reason: Buffer) => heard.push(reason));
    for (const use of [() => ours.ping(data), () => ours.close(1000, data as string)]) {
      try {
        use();
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
    ours.close();
    await once(client, 'close');
    // A number is sent as its digits, a list as its numbers, and nothing else but zeros.
    const given = ArrayBuffer.isView(data) ? [...Buffer.from(data.buffer), 7] : [...Buffer.from(String(data)), 7];
    const allowed = new Set([...given, 0]);
    for (const bytes of heard) {
      expect(
        [...bytes].filter((byte) => !allowed.has(byte)),
        String(data),
      ).toEqual([]);
    }
  }
});

/** What a frame of our own writer carries. */
function unframed(bytes: Uint8Array): [opcode: number, payload: Buffer] {
  const [first = 0, second = 0] = bytes;
  const start = (second & 0x7f) === 127 ? 10 : (second & 0x7f) === 126 ? 4 : 2;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4)).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return [first & 0x0f, Buffer.from(payload)];
}
