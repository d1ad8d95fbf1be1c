/**
 * B.2: frames that RFC 6455 does not allow, on every gateway, from a player who has a seat. The WebSocket library ends
 * these connections by itself, below the gateways; what we hold is that it does, with the right code, and that the seat
 * is freed as after any lost line.
 */

import { CLIENT_FRAME_BYTES_MAX } from '@madang/core';
import { expect } from 'vitest';
import { until } from '../support/yard.ts';
import { expectHeard, GATEWAYS, type GatewayUnderTest } from './gateways.ts';
import { type FrameToWrite, frame, OPCODE } from './raw-socket.ts';
import { abuse, type World } from './standing.ts';

const { text, binary, continuation, ping } = OPCODE;

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
  'FR15: one byte over the limit is refused by its header alone, with 1009: $name',
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

/** What a frame of our own writer carries. */
function unframed(bytes: Uint8Array): [opcode: number, payload: Buffer] {
  const [first = 0, second = 0] = bytes;
  const start = (second & 0x7f) === 127 ? 10 : (second & 0x7f) === 126 ? 4 : 2;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4)).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return [first & 0x0f, Buffer.from(payload)];
}
