/** B.1: before any protocol speaks. */

import { landGrab } from '@madang-examples/land-grab/game';
import { expect, test } from 'vitest';
import { openYard, until } from '../support/yard.ts';
import { emitted, GATEWAYS, joinFrame, parsed, sayFrame } from './gateways.ts';
import {
  binaryFrame,
  openRaw,
  type RawSocket,
  SAMPLE_ACCEPT,
  SAMPLE_KEY,
  textFrame,
  upgradeRequest,
} from './raw-socket.ts';
import { abuse, type World } from './standing.ts';

/** Bytes as they are on a connection of their own, and the status they are answered with; 0 for none. */
async function statusFor(world: World, bytes: Uint8Array | string): Promise<number> {
  const raw = await world.raw();
  raw.write(bytes);
  await until('it is answered or cut', () => raw.answer !== null || raw.isGone);
  const status = raw.answer?.status ?? 0;
  raw.destroy();
  return status;
}

/** The lines of a valid upgrade to `/play`, to be changed. */
const UPGRADE = [
  'GET /play HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${SAMPLE_KEY}`,
];

const lined = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

/** The valid upgrade with the line that begins so replaced by others. */
const changed = (begins: string, ...by: string[]): string =>
  lined(UPGRADE.flatMap((line) => (line.startsWith(begins) ? by : [line])));

abuse.for(GATEWAYS)(
  'HS01: a valid upgrade of $name is answered 101 with the accept key',
  async ({ name, request }, { world }) => {
    const raw = await world.upgrade(request);
    const { status, headers } = await raw.answered();
    expect(status).toBe(101);
    expect(headers.get('sec-websocket-accept')).toBe(SAMPLE_ACCEPT);
    expect(headers.get('upgrade')?.toLowerCase()).toBe('websocket');
    expect(headers.get('sec-websocket-protocol')).toBe(name === 'play' ? 'madang.v1' : undefined);
    expect(headers.get('sec-websocket-extensions')).toBeUndefined();
  },
);

abuse.for(GATEWAYS)('HS02: a POST that asks to upgrade is answered 405: $name', async ({ request }, { world }) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const raw = await world.upgrade({ ...request, method });
    const { status, headers } = await raw.answered();
    expect([status, headers.get('allow')], method).toEqual([405, 'GET']);
    await raw.closed();
  }
});

abuse.for(GATEWAYS)(
  'HS03, HS06: only HTTP/1.1 is upgraded, and only to WebSocket: $name',
  async ({ request }, { world }) => {
    const valid = upgradeRequest(world.port, request);
    expect(await statusFor(world, valid)).toBe(101);
    expect(await statusFor(world, valid.replace('HTTP/1.1', 'HTTP/1.0'))).toBe(400);
    for (const protocol of ['h2c', 'websocket2', 'TLS/1.0', 'websocket, h2c']) {
      expect(await statusFor(world, valid.replace('Upgrade: websocket', `Upgrade: ${protocol}`)), protocol).toBe(400);
    }
  },
);

abuse('HS04: an upgrade to an unknown path is answered 404', async ({ world }) => {
  const paths = [
    '/',
    '/nowhere',
    '/play/',
    '/websocket/',
    '/websocketx',
    '/Play',
    '/socket.io',
    '//play',
    '/play%2f',
    '/land-grab/play',
  ];
  for (const path of paths) {
    const raw = await world.upgrade({ path });
    expect((await raw.answered()).status, path).toBe(404);
    await raw.closed();
  }
});

abuse.for(['/play', '/websocket'])('HS05: a request without Upgrade on %s is answered 426', async (path, { world }) => {
  for (const headers of [{ Upgrade: null }, { Upgrade: null, Connection: 'close' }]) {
    const raw = await world.upgrade({ path, headers });
    const answer = await raw.answered();
    expect(answer.status).toBe(426);
    expect(answer.headers.get('upgrade')).toBe('websocket');
    raw.destroy();
  }
});

// Socket.IO's path also serves long polling, so a request without an upgrade is not wrong there by itself; one that asks
// for the WebSocket transport is answered 400 by the engine.
abuse('HS05: a Socket.IO request for WebSocket without Upgrade is answered 400', async ({ world }) => {
  const raw = await world.upgrade({
    path: '/socket.io/?EIO=4&transport=websocket',
    headers: { Upgrade: null, Connection: 'close' },
  });
  expect((await raw.answered()).status).toBe(400);
  await raw.closed();
});

abuse('HS21: frames in the same segment as the request are played once: /play', async ({ world }) => {
  const { heard } = world.inLandGrab;
  const head = Buffer.concat([binaryFrame(joinFrame(landGrab)), binaryFrame(sayFrame(landGrab, 'in the head'))]);
  const raw = await world.upgrade({ path: '/play' }, head);
  await until('what was in the head is heard', () => heard.includes('in the head'));
  raw.write(binaryFrame(sayFrame(landGrab, 'and after it', 2)));
  await until('what came after it is heard', () => heard.includes('and after it'));
  expect(heard).toEqual(['in the head', 'and after it']);
});

abuse('HS21: frames in the same segment as the request are played once: /websocket', async ({ world }) => {
  const { heard } = world.inLandGrab;
  const raw = await world.upgrade({ path: '/websocket' }, textFrame('{"type":"message","message":"in the head"}'));
  await raw.text('the response', (text) => parsed(text).type === 'response');
  raw.write(textFrame('{"type":"message","message":"and after it"}'));
  await until('what came after it is heard', () => heard.includes('and after it'));
  expect(heard).toEqual(['in the head', 'and after it']);
  expect(parsed(raw.texts[0] ?? '{}').type, 'the welcome comes first').toBe('welcome');
});

// The engine speaks first; a client of its protocol knows nothing to say before the handshake has come.
abuse('HS21: frames in the same segment as the request are played at most once: Socket.IO', async ({ world }) => {
  const { heard } = world.inLandGrab;
  const head = Buffer.concat([textFrame('40'), textFrame('42["message","in the head"]')]);
  const raw = await world.upgrade({ path: '/socket.io/?EIO=4&transport=websocket' }, head);
  await raw.text('the engine handshake', (text) => text.startsWith('0{'));
  raw.write(textFrame('40'));
  await until('it is seated or cut', () => raw.isGone || emitted(raw, 'welcome').length > 0);
  expect(heard.length).toBeLessThanOrEqual(1);
});

abuse.for(GATEWAYS)('HS23: a page of another origin may not connect: $name', async ({ request }, { world }) => {
  const { port } = world;
  const origins = [
    'null',
    '',
    'http://evil.example',
    `http://127.0.0.1.evil.example:${port}`,
    `http://evil.example?127.0.0.1:${port}`,
    `http://evil.example#@127.0.0.1:${port}`,
    `http://localhost:${port}`,
    'http://127.0.0.1',
    `http://127.0.0.1:${port + 1}`,
    `ftp://127.0.0.1:${port}`,
    `file://127.0.0.1:${port}`,
    `chrome-extension://127.0.0.1:${port}`,
    `127.0.0.1:${port}`,
    `http://127.0.0.1:${port}, http://evil.example`,
  ];
  for (const origin of origins) {
    const raw = await world.upgrade({ ...request, headers: { ...request.headers, Origin: origin } });
    const { status, headers } = await raw.answered();
    expect(status, origin).toBe(403);
    expect(headers.get('access-control-allow-origin'), origin).toBeUndefined();
    await raw.closed();
  }
});

abuse.for(GATEWAYS)(
  'HS23: its own page may connect, over TLS ended before it as well: $name',
  async ({ request }, { world }) => {
    const origins = [`http://127.0.0.1:${world.port}`, `https://127.0.0.1:${world.port}`];
    for (const origin of origins) {
      const raw = await world.upgrade({ ...request, headers: { ...request.headers, Origin: origin } });
      expect((await raw.answered()).status, origin).toBe(101);
    }
  },
);

abuse.for(GATEWAYS)(
  'HS23: where a list is all that may connect, nothing near it does: $name',
  async ({ request }, { world }) => {
    const { port } = await openYard({ allowNoOrigin: false, allowedOrigins: ['https://game.example'] });
    const statusFor = async (Origin: string | null): Promise<number> => {
      const raw = await world.upgrade({ ...request, port, headers: { ...request.headers, Origin } });
      const { status } = await raw.answered();
      raw.destroy();
      return status;
    };
    for (const origin of ['https://game.example', `http://127.0.0.1:${port}`]) {
      expect(await statusFor(origin), origin).toBe(101);
    }
    const near = [
      null,
      'null',
      'http://game.example',
      'https://game.example:8443',
      'https://game.example.evil.example',
      'https://evil.game.example',
      'https://game.example/',
    ];
    for (const origin of near) expect(await statusFor(origin), String(origin)).toBe(403);
  },
);

// V16 is the same rule for Socket.IO, on both of its transports.
abuse('V16: a foreign origin gets 403 and no Access-Control header from polling and upgrade', async ({ world }) => {
  const foreign = { Origin: 'http://evil.example' };
  const polling = {
    path: '/socket.io/?EIO=4&transport=polling',
    headers: { ...foreign, Upgrade: null, Connection: 'close' },
  };
  for (const request of [
    polling,
    { ...polling, method: 'OPTIONS' },
    { path: '/socket.io/?EIO=4&transport=websocket', headers: foreign },
  ]) {
    const raw = await world.upgrade(request);
    const { status, headers } = await raw.answered();
    expect(status, JSON.stringify(request)).toBe(403);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    await raw.closed();
  }
  const own = await world.raw();
  own.write(
    upgradeRequest(world.port, {
      ...polling,
      headers: { ...polling.headers, Origin: `http://127.0.0.1:${world.port}` },
    }),
  );
  const { status, headers } = await own.answered();
  expect(status).toBe(200);
  expect(headers.get('access-control-allow-origin')).toBeUndefined();
});

abuse.for(GATEWAYS)('HS07: a missing, short or second key is answered 400: $name', async ({ request }, { world }) => {
  const valid = upgradeRequest(world.port, request);
  const key = `Sec-WebSocket-Key: ${SAMPLE_KEY}`;
  for (const by of ['X: y', 'Sec-WebSocket-Key: c2hvcnQ=', 'Sec-WebSocket-Key: ', `${key}\r\n${key}`, `${key}=`]) {
    expect(await statusFor(world, valid.replace(key, by)), by).toBe(400);
  }
  expect((await world.refusals()).BAD_REQUEST).toBe(5);
});

abuse.for(GATEWAYS)(
  'HS08: another version of WebSocket is answered 426 and told ours: $name',
  async ({ request }, { world }) => {
    for (const version of [null, '8', '12', '14', '', '013', '13, 8', '0x0d', '1e1']) {
      const raw = await world.upgrade({
        ...request,
        headers: { ...request.headers, 'Sec-WebSocket-Version': version },
      });
      const { status, headers } = await raw.answered();
      expect([status, headers.get('sec-websocket-version')], String(version)).toEqual([426, '13']);
      await raw.closed();
    }
  },
);

abuse(
  'HS09, V04: subprotocols that are none are answered 400, unknown ones with a connection without',
  async ({ world }) => {
    for (const bad of [',,', `b${' '.repeat(6_000)}x`, 'a, a', '"', 'a b', 'madang.v1,']) {
      expect(await statusFor(world, lined([...UPGRADE, `Sec-WebSocket-Protocol: ${bad}`])), bad.slice(0, 20)).toBe(400);
    }
    const raw = await world.upgrade({ path: '/play', headers: { 'Sec-WebSocket-Protocol': 'chat, madang.v999' } });
    const { status, headers } = await raw.answered();
    expect([status, headers.get('sec-websocket-protocol')]).toEqual([101, undefined]);
  },
);

// FR23 to FR25 fall with it: without the extension, a compressed frame is a broken one (FR02).
abuse.for(GATEWAYS)(
  'HS10, V03, FR25: no extension is agreed to, whatever is offered: $name',
  async ({ request }, { world }) => {
    const offers = [
      'permessage-deflate',
      'permessage-deflate; client_max_window_bits; server_max_window_bits=15',
      'permessage-deflate; server_max_window_bits=7',
      'permessage-deflate; server_max_window_bits=16',
      'x-webkit-deflate-frame',
      'constructor',
      '__proto__',
      'toString; valueOf',
      ';;=',
      ',',
      Array.from({ length: 300 }, (_, at) => `permessage-deflate; a${at}=1`).join(','),
    ];
    for (const offer of offers) {
      const headers = { ...request.headers, 'Sec-WebSocket-Extensions': offer.slice(0, 7_000) };
      const raw = await world.upgrade({ ...request, headers });
      const answer = await raw.answered();
      expect(answer.status, offer.slice(0, 40)).toBe(101);
      expect(answer.headers.get('sec-websocket-extensions'), offer.slice(0, 40)).toBeUndefined();
      raw.destroy();
    }
  },
);

abuse('HS11, V05: a request of 64 headers is read, one of more is answered 431', async ({ world }) => {
  const more = (count: number): string => lined([...UPGRADE, ...Array.from({ length: count }, (_, at) => `a${at}: 1`)]);
  const own = UPGRADE.length - 1;
  expect(await statusFor(world, more(64 - own))).toBe(101);
  for (const count of [65, 66, 67, 100, 1_000, 2_001]) {
    expect(await statusFor(world, more(count - own)), `${count} headers`).toBe(431);
    const headers = Array.from({ length: count - 1 }, (_, at) => `a${at}: 1`);
    const plain = lined(['GET /healthz HTTP/1.1', 'Host: a', ...headers]);
    expect(await statusFor(world, plain), `${count} headers, no upgrade`).toBe(431);
  }
  // The other way round: a header that says upgrade, behind so many that it would be dropped.
  const [line = '', ...headers] = UPGRADE;
  const last = lined([line, ...Array.from({ length: 2_001 }, (_, at) => `a${at}: 1`), ...headers]);
  expect(await statusFor(world, last)).toBe(431);
});

abuse('HS12: headers over 8 KiB are answered 431, an address over 2 KiB 414', async ({ world }) => {
  expect(await statusFor(world, lined([...UPGRADE, `X: ${'y'.repeat(7_000)}`]))).toBe(101);
  expect(await statusFor(world, lined([...UPGRADE, `X: ${'y'.repeat(20_000)}`]))).toBe(431);
  const at = (url: string): string => changed('GET', `GET ${url} HTTP/1.1`);
  expect(await statusFor(world, at(`/play?${'x'.repeat(2_042)}`))).toBe(101);
  expect(await statusFor(world, at(`/play?${'x'.repeat(2_043)}`))).toBe(414);
  expect(await statusFor(world, at(`/${'x'.repeat(17_000)}`))).toBe(431);
  expect(await statusFor(world, lined([`GET /${'x'.repeat(3_000)} HTTP/1.1`, 'Host: a']))).toBe(414);
  expect(await world.refusals()).toMatchObject({ HEADERS_TOO_LARGE: 2, URL_TOO_LONG: 2 });
});

abuse('HS13, V24: headers that are named as what all objects have change nothing', async ({ world }) => {
  const headers = { __proto__: 'x', constructor: 'y', hasOwnProperty: 'z', toString: '1', prototype: '2' };
  const lines = ['__proto__: x', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  expect(await statusFor(world, lined([...UPGRADE, ...lines]))).toBe(101);
  expect(await statusFor(world, lined(['GET /healthz HTTP/1.1', 'Host: a', ...lines]))).toBe(200);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

abuse('HS14: a request without a host, or with two, is answered 400', async ({ world }) => {
  const both = ['Host: 127.0.0.1', 'Host: evil.example'];
  expect(await statusFor(world, changed('Host'))).toBe(400);
  expect(await statusFor(world, changed('Host', ...both))).toBe(400);
  expect(await statusFor(world, changed('Host', 'HOST: a', 'hOsT: a'))).toBe(400);
  expect(await statusFor(world, lined(['GET /healthz HTTP/1.1']))).toBe(400);
  expect(await statusFor(world, lined(['GET /healthz HTTP/1.1', ...both]))).toBe(400);
});

abuse('HS15, HS16: a request that could be read in two ways is answered 400', async ({ world }) => {
  const plain = (...more: string[]): string => lined(['GET /healthz HTTP/1.1', 'Host: a', ...more]);
  expect(await statusFor(world, plain('X: y'))).toBe(200);
  const bad = {
    'two lengths': plain('Content-Length: 5', 'Transfer-Encoding: chunked'),
    'two different lengths': plain('Content-Length: 5', 'Content-Length: 6'),
    'a NUL in a value': plain('X: a\0b'),
    'a carriage return in a value': plain('X: a\rb'),
    'a folded header': plain('X: a', ' b'),
    'a space before the colon': plain('X : a'),
    'line feeds alone': 'GET /healthz HTTP/1.1\nHost: a\n\n',
    'a method in small letters': plain().replace('GET', 'get'),
    'no version': 'GET /healthz\r\n\r\n',
    'version 9': plain().replace('HTTP/1.1', 'HTTP/9.9'),
  };
  for (const [what, bytes] of Object.entries(bad)) expect(await statusFor(world, bytes), what).toBe(400);
  expect((await world.refusals()).BAD_REQUEST).toBe(Object.keys(bad).length);
});

abuse('HS17: a target that is no path of ours is answered 400 or 404 and never throws', async ({ world }) => {
  const targets = [
    '//evil/..%2f',
    'http://[::1',
    '*',
    'http://evil.example/play',
    '/%',
    '/%00',
    '/\\..\\play',
    '/play/../play',
    '/play#x',
    'play',
    '/socket.io/../play',
    '//',
  ];
  for (const target of targets) {
    const upgrade = await statusFor(world, changed('GET', `GET ${target} HTTP/1.1`));
    expect([400, 404], `upgrade to ${target}: ${upgrade}`).toContain(upgrade);
    const plain = await statusFor(world, lined([`GET ${target} HTTP/1.1`, 'Host: a', 'Connection: close']));
    // `*` and an absolute address are requests that HTTP allows; what answers is our page or no page, and no fault.
    expect([200, 301, 302, 400, 404, 426], `request for ${target}: ${plain}`).toContain(plain);
  }
});

abuse('HS18, V27: what speaks another protocol is answered 400', async ({ world }) => {
  const clientHello = Buffer.from('16030100c8010000c40303', 'hex');
  const noise = Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 167 + 13) & 0xff));
  const others = { TLS: Buffer.concat([clientHello, noise]), noise, 'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' };
  for (const [what, bytes] of Object.entries(others)) expect(await statusFor(world, bytes), what).toBe(400);
  expect((await world.refusals()).BAD_REQUEST).toBe(3);
});

const hasty = abuse.extend({ options: { limits: { headersTimeoutMs: 300, joinTimeoutMs: 300 } } });

hasty('HS19: whoever connects and stays silent is answered 408 and cut', async ({ world }) => {
  const raws = await Promise.all(
    ['', 'GET', 'GET /play HTTP/1.1\r\nHost: '].map(async (said) => {
      const raw = await world.raw();
      raw.write(said);
      return raw;
    }),
  );
  for (const raw of raws) {
    await raw.closed();
    expect(raw.answer?.status).toBe(408);
  }
  expect((await world.refusals()).REQUEST_TIMEOUT).toBe(3);
});

hasty(
  'HS20: hundreds who send a byte at a time are all cut, and somebody new joins meanwhile',
  { timeout: 30_000 },
  async ({ world }) => {
    const raws: RawSocket[] = [];
    for (let at = 0; at < 480; at++) raws.push(await world.raw(world.port, `127.0.1.${1 + Math.floor(at / 60)}`));
    let sent = 0;
    const request = changed('GET', 'GET /play HTTP/1.1');
    const dribbling = setInterval(() => {
      for (const raw of raws)
        if (!raw.isGone) raw.write(request.slice(sent % request.length, (sent % request.length) + 1));
      sent++;
    }, 50);
    try {
      const { raw } = (await GATEWAYS[0]?.seated(world)) ?? {};
      expect(
        raws.some((one) => !one.isGone),
        'some are still at it',
      ).toBe(true);
      raw?.destroy();
      await until('all are cut', () => raws.every((one) => one.isGone), 20_000);
    } finally {
      clearInterval(dribbling);
    }
    expect(new Set(raws.map((one) => one.answer?.status))).toEqual(new Set([408]));
  },
);

hasty.for(GATEWAYS.filter(({ name }) => name !== 'websocket'))(
  'HS22: whoever is let in and does not join is cut: $name',
  async ({ name, request }, { world }) => {
    const raw = await world.upgrade(request);
    await raw.answered();
    const { code } = await raw.closed();
    if (name === 'play') expect(code).toBe(4408);
    world.expectEnds('JOIN_TIMEOUT');
    expect((await world.refusals()).JOIN_TIMEOUT).toBe(1);
  },
);

const narrow = abuse.extend({ options: { limits: { connectionsPerAddress: 4 }, trustedProxies: ['127.0.0.9/32'] } });

/** A connection from `from`, and what it was answered. */
async function arrive(world: World, from: string, { path = '/play', forwardedFor = null as string | null } = {}) {
  const raw = await world.upgrade({ path, from, headers: { 'X-Forwarded-For': forwardedFor } });
  return { raw, answer: await raw.answered() };
}

/** Asks again until the answer is this one: what a connection that goes leaves behind goes a little later. */
async function eventually(status: number, ask: () => Promise<number>): Promise<void> {
  let last = 0;
  for (let tries = 0; tries < 100 && last !== status; tries++) {
    last = await ask();
    if (last !== status) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(last).toBe(status);
}

narrow.for(GATEWAYS)(
  'HS24: of one address only so many may connect; the next is answered 429: $name',
  async ({ request }, { world }) => {
    const from = '127.0.0.2';
    const first = await Promise.all([1, 2, 3, 4].map(() => arrive(world, from, request)));
    expect(first.map(({ answer }) => answer.status)).toEqual([101, 101, 101, 101]);
    for (const forwardedFor of [null, '203.0.113.9', '127.0.0.1', '127.0.0.9, 203.0.113.9']) {
      const { answer } = await arrive(world, from, { ...request, forwardedFor });
      expect(answer.status, String(forwardedFor)).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect((await arrive(world, '127.0.0.3', request)).answer.status, 'another address').toBe(101);
    expect((await world.refusals()).TOO_MANY_CONNECTIONS).toBe(4);
    first[0]?.raw.destroy();
    await eventually(101, async () => (await arrive(world, from, request)).answer.status);
  },
);

narrow(
  'HS24: behind a proxy of ours each client counts by itself, and none can pass for another',
  async ({ world }) => {
    const proxy = '127.0.0.9';
    const through = async (forwardedFor: string): Promise<number> =>
      (await arrive(world, proxy, { forwardedFor })).answer.status;
    for (let at = 0; at < 4; at++) expect(await through(`10.0.0.${at}, 203.0.113.7`)).toBe(101);
    expect(await through('203.0.113.7')).toBe(429);
    expect(await through('198.51.100.1, ::ffff:203.0.113.7'), 'the same address in another form').toBe(429);
    expect(await through('203.0.113.7, 198.51.100.1')).toBe(101);
    for (let at = 0; at < 4; at++) expect(await through(`2001:db8::${at}`)).toBe(101);
    expect(await through('2001:db8::ffff:1'), 'the same network of 64 bits').toBe(429);
    expect(await through('2001:db8:0:1::1'), 'the next network').toBe(101);
  },
);

narrow(
  'HS24: connections that ask for nothing are cut beyond twice as many, unless they are a proxy’s',
  async ({ world }) => {
    const raws: RawSocket[] = [];
    for (let at = 0; at < 9; at++) raws.push(await world.raw(world.port, '127.0.0.2'));
    await until('the ninth is cut', () => raws.some((raw) => raw.isGone));
    expect(raws.filter((raw) => raw.isGone)).toHaveLength(1);
    for (let at = 0; at < 20; at++) raws.push(await world.raw(world.port, '127.0.0.9'));
    expect(await arrive(world, '127.0.0.9', { forwardedFor: '203.0.113.7' })).toMatchObject({
      answer: { status: 101 },
    });
    expect(raws.filter((raw) => raw.isGone)).toHaveLength(1);
  },
);

narrow('HS24: a Socket.IO session over plain requests counts as one connection until it ends', async ({ world }) => {
  const open = async (): Promise<RawSocket> => {
    const headers = { Upgrade: null, Connection: 'close' };
    const raw = await world.upgrade({ path: '/socket.io/?EIO=4&transport=polling', from: '127.0.0.2', headers });
    await raw.answered();
    await raw.closed();
    return raw;
  };
  const sids: string[] = [];
  for (let at = 0; at < 4; at++) {
    const raw = await open();
    expect(raw.answer?.status).toBe(200);
    sids.push(/"sid":"([^"]+)"/u.exec(raw.body)?.[1] ?? '');
  }
  const refused = await open();
  expect(refused.answer?.status).toBe(429);
  expect(Number(refused.answer?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  // A request that no session comes of leaves nothing behind.
  for (let at = 0; at < 10; at++) {
    const raw = await world.upgrade({
      path: '/socket.io/?EIO=3&transport=polling',
      from: '127.0.0.3',
      headers: { Upgrade: null, Connection: 'close' },
    });
    expect((await raw.answered()).status).toBe(400);
  }
  expect((await arrive(world, '127.0.0.3')).answer.status).toBe(101);
  const bye = await world.raw();
  const packet = '1';
  bye.write(
    lined([
      `POST /socket.io/?EIO=4&transport=polling&sid=${sids[0]} HTTP/1.1`,
      'Host: a',
      'Content-Type: text/plain',
      `Content-Length: ${packet.length}`,
    ]) + packet,
  );
  await bye.answered();
  expect((await open()).answer?.status).toBe(200);
});

const small = abuse.extend({
  options: { limits: { connections: 100, connectionsPerAddress: 100, unjoinedShare: 0.01 } },
});

small(
  'HS25: nobody joins the crowd of those who have not joined once it is full; they are told to come back',
  async ({ world }) => {
    const crowd = await Promise.all(Array.from({ length: 64 }, (_, at) => arrive(world, `127.0.2.${at}`)));
    expect(new Set(crowd.map(({ answer }) => answer.status))).toEqual(new Set([101]));
    const { answer } = await arrive(world, '127.0.2.200');
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await world.refusals()).SERVER_BUSY).toBe(1);
    crowd[0]?.raw.write(binaryFrame(joinFrame(landGrab)));
    await until('one that joins makes room', () => (crowd[0]?.raw.binaries.length ?? 0) > 0);
    expect((await arrive(world, '127.0.2.200')).answer.status).toBe(101);
  },
);

const tiny = abuse.extend({ options: { limits: { connections: 5 } } });

tiny(
  'HS25: a server takes so many connections in all; the next is answered 503, and far more are dropped',
  async ({ world }) => {
    const three = await Promise.all([1, 2, 3].map(() => arrive(world, '127.0.0.2')));
    expect(three.map(({ answer }) => answer.status)).toEqual([101, 101, 101]);
    const { answer } = await arrive(world, '127.0.0.3');
    expect(answer.status).toBe(503);
    const raws = await Promise.all(Array.from({ length: 80 }, (_, at) => world.raw(world.port, `127.0.2.${at}`)));
    await until('the others are dropped', () => raws.filter((raw) => !raw.isGone).length <= 5 + 64);
    for (const raw of raws) raw.destroy();
    const seen = async (): Promise<number> => (await world.refusals()).CONNECTIONS_FULL ?? 0;
    await until('there is room to look', () => raws.every((raw) => raw.isGone));
    expect(await seen()).toBeGreaterThanOrEqual(80 - 69);
  },
);

abuse('HS27: what stands behind the question mark of an address is in no log', async ({ world }) => {
  const secret = 'canary-0123456789';
  for (const path of ['/play', '/websocket', '/nowhere', '/socket.io/', `/${'x'.repeat(3_000)}`]) {
    const raw = await world.upgrade({ path: `${path}?ticket=${secret}` });
    await raw.answered();
    raw.destroy();
  }
  await world.settle();
  expect(world.lines.join('')).not.toContain(secret);
});

test('HS29: whoever connects while the server stops is answered 503 and told when to come back', async () => {
  const { server, port } = await openYard();
  const stubborn = await openRaw(port);
  stubborn.write(upgradeRequest(port, { path: '/websocket' }));
  await stubborn.text('the welcome', (text) => parsed(text).type === 'welcome');
  // It reads no close frame and so never answers it: the server waits for it.
  stubborn.pause();
  const stopped = server.stop();
  for (const path of ['/play', '/websocket', '/socket.io/?EIO=4&transport=websocket']) {
    const late = await openRaw(port);
    late.write(upgradeRequest(port, { path }));
    const { status, headers } = await late.answered();
    expect(status, path).toBe(503);
    expect(Number(headers.get('retry-after')), path).toBeGreaterThanOrEqual(1);
    late.destroy();
  }
  await stopped;
  stubborn.destroy();
});

abuse.for(GATEWAYS)(
  'HS30: clients that are gone before they are let in or seated leave nothing: $name',
  async ({ name, request }, { world }) => {
    const join = {
      play: binaryFrame(joinFrame(landGrab)),
      websocket: textFrame('{"type":"message","message":"x"}'),
      'socket.io': textFrame('40'),
    }[name];
    for (let at = 0; at < 40; at++) {
      const raw = await world.upgrade(request, at % 2 === 0 ? join : new Uint8Array());
      if (at % 4 === 1) await raw.answered();
      if (at % 4 === 1) raw.write(join);
      if (at % 8 < 4) raw.reset();
      else raw.destroy();
    }
    await world.settle();
  },
);
