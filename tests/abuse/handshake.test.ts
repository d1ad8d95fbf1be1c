/** B.1: before any protocol speaks. */

import { landGrab } from '@madang-examples/land-grab/game';
import { expect } from 'vitest';
import { openYard, until } from '../support/yard.ts';
import { emitted, GATEWAYS, joinFrame, parsed, sayFrame } from './gateways.ts';
import { binaryFrame, SAMPLE_ACCEPT, textFrame, upgradeRequest } from './raw-socket.ts';
import { abuse } from './standing.ts';

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
