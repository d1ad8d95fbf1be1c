/**
 * Socket.IO over plain requests: PR17, PR18, PR12, and the advisories of engine.io (V10 to V12, V14). A session has one
 * request of each kind at a time; whatever breaks that ends it, and its seat with it.
 */
import { expect } from 'vitest';
import { until } from '../support/yard.ts';
import { acknowledgement, emitted, GATEWAYS, type GatewayUnderTest, openEngine } from './gateways.ts';
import { binaryFrame, frame, OPCODE, type RawSocket, textFrame } from './raw-socket.ts';
import { abuse, type World } from './standing.ts';
import { stillLife } from './still-life.ts';
import { expectUntouched } from './untouched.ts';

const ENGINE = '/socket.io/?EIO=4';
const socketIo = GATEWAYS[2] as GatewayUnderTest;

/** What stands between the packets of one request. */
const SEPARATOR = '\x1e';

interface Asked {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly from?: string;
}

/** A plain request on a connection of its own. */
function request(world: World, method: string, path: string, { body = '', headers = {}, from }: Asked = {}) {
  return world.upgrade(
    {
      path,
      method,
      headers: {
        ...{ Upgrade: null, 'Sec-WebSocket-Version': null, 'Sec-WebSocket-Key': null, Connection: 'close' },
        ...(method === 'POST' ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}),
        ...headers,
      },
      ...(from === undefined ? {} : { from }),
    },
    Buffer.from(body),
  );
}

/** A plain request of engine.io. */
const ask = (world: World, method: string, query: string, asked: Asked = {}): Promise<RawSocket> =>
  request(world, method, `/socket.io/?${query}`, asked);

const ofSession = (sid: string): string => `EIO=4&transport=polling&sid=${sid}`;

async function answerOf(raw: RawSocket): Promise<{ readonly status: number; readonly body: string }> {
  const { status } = await raw.answered();
  await raw.closed();
  return { status, body: raw.body };
}

async function poll(world: World, sid: string, asked: Asked = {}) {
  return answerOf(await ask(world, 'GET', ofSession(sid), asked));
}

async function post(world: World, sid: string, body: string, asked: Asked = {}) {
  return answerOf(await ask(world, 'POST', ofSession(sid), { ...asked, body }));
}

/** The id of a session that has not connected to the namespace. */
async function openSession(world: World): Promise<string> {
  const { body } = await answerOf(await ask(world, 'GET', 'EIO=4&transport=polling'));
  return String(/"sid":"([\w-]+)"/u.exec(body)?.[1]);
}

/** The id of a session that has a seat in the still room. */
async function seatedSession(world: World): Promise<string> {
  const sid = await openSession(world);
  expect(await post(world, sid, '40{"game":"still-life"}')).toMatchObject({ status: 200 });
  let told = '';
  while (!told.includes('42["welcome"')) told += (await poll(world, sid)).body;
  return sid;
}

/** Whatever was sent before has reached the server. */
const arrived = async (world: World): Promise<unknown> => answerOf(await request(world, 'GET', '/healthz'));

async function expectGone(world: World, sid: string): Promise<void> {
  const { status, body } = await poll(world, sid);
  expect([status, body]).toEqual([400, expect.stringContaining('"code":1')]);
}

/** The session has its seat and is heard; it is told to go, so that its seat is free. */
async function expectAlive(world: World, sid: string): Promise<void> {
  const { heard } = world.inStillLife;
  await post(world, sid, `42["message","alive"]`);
  await until('the session is heard', () => heard.includes('alive'));
  await post(world, sid, '1');
  await expectGone(world, sid);
}

abuse('PR17: a session that is not there is answered 400, whatever its name', async ({ world }) => {
  for (const sid of ['x', '__proto__', 'constructor', 'toString', '%00', '%0d%0aX:%20y', 'a'.repeat(1_500)]) {
    await expectGone(world, sid);
    expect(await post(world, sid, '40'), sid).toMatchObject({ status: 400 });
    const raw = await world.upgrade({ path: `${ENGINE}&transport=websocket&sid=${sid}` });
    expect((await raw.answered()).status, sid).toBe(400);
  }
});

abuse('PR17: a second GET while one waits is answered 400 and ends the session', async ({ world }) => {
  const sid = await seatedSession(world);
  const first = await ask(world, 'GET', ofSession(sid));
  await arrived(world);
  expect(await poll(world, sid)).toMatchObject({ status: 400 });
  expect(await answerOf(first)).toMatchObject({ status: 200, body: expect.stringMatching(/1\s*$/u) });
  await expectGone(world, sid);
});

abuse(
  'PR17: a second POST while one is under way is answered 400, ends the session, and neither counts',
  async ({ world }) => {
    const sid = await seatedSession(world);
    const message = '42["message","half"]';
    const first = await ask(world, 'POST', ofSession(sid), {
      body: message.slice(0, 10),
      headers: { 'Content-Length': String(message.length) },
    });
    await arrived(world);
    expect(await post(world, sid, '42["message","second"]')).toMatchObject({ status: 400 });
    first.write(message.slice(10));
    await first.closed();
    await expectGone(world, sid);
    expectUntouched(world);
  },
);

abuse('PR17: a POST and a GET at once do not disturb each other: each message is heard once', async ({ world }) => {
  const sid = await seatedSession(world);
  const lines = Array.from({ length: 10 }, (_, at) => `line ${at}`);
  for (const [at, line] of lines.entries()) {
    const said = post(world, sid, `42${at}["message",${JSON.stringify(line)}]`);
    const told = poll(world, sid);
    expect([await said, await told]).toMatchObject([{ status: 200 }, { status: 200 }]);
  }
  await until('all are heard', () => world.inStillLife.heard.length >= lines.length);
  expect(world.inStillLife.heard).toEqual(lines);
  await expectAlive(world, sid);
});

abuse(
  'PR17: after the session has gone over to a WebSocket, a POST is answered 400 and is not heard',
  async ({ world }) => {
    const sid = await seatedSession(world);
    const raw = await world.upgrade({ path: `${ENGINE}&transport=websocket&sid=${sid}` });
    raw.write(textFrame('2probe'));
    await raw.text('the answer to the probe', (text) => text === '3probe');
    raw.write(textFrame('5'), textFrame('421["message","over"]'));
    await until('it is answered', () => acknowledgement(raw, 1) !== undefined);
    expect(await post(world, sid, '42["message","x"]')).toMatchObject({
      status: 400,
      body: expect.stringContaining('"code":3'),
    });
    expect(await poll(world, sid)).toMatchObject({ status: 400, body: expect.stringContaining('"code":3') });
    raw.write(textFrame('422["message","still here"]'));
    await until('it is answered', () => acknowledgement(raw, 2) !== undefined);
    await until('it is heard', () => world.inStillLife.heard.includes('still here'));
    expect(world.inStillLife.heard).toEqual(['over', 'still here']);
  },
);

// Phones change their addresses; the id of the engine's session is a secret of 120 bits that nobody else is told.
abuse('PR17: a session goes on from another address', async ({ world }) => {
  const sid = await seatedSession(world);
  await post(world, sid, '42["message","from elsewhere"]', { from: '127.0.0.9' });
  await until('it is heard', () => world.inStillLife.heard.includes('from elsewhere'));
  await expectAlive(world, sid);
});

abuse.for([
  ['empty packets', '', 2000, 'BAD_FRAME'],
  ['heartbeats', '3', 2000, 'RATE_LIMITED'],
  ['messages', '42["message"]', 1000, 'RATE_LIMITED'],
  ['refused events', '42["x"]', 1000, 'RATE_LIMITED'],
] as const)(
  'PR17: a thousand %s and more in one POST are counted one by one and end the session',
  async ([, packet, count, code], { world }) => {
    const sid = await seatedSession(world);
    const listening = await ask(world, 'GET', ofSession(sid));
    await arrived(world);
    await post(world, sid, new Array<string>(count).fill(packet).join(SEPARATOR));
    world.expectEnds(code);
    await until('the session is over', () => listening.isGone);
    // What it was told last may wait for one more request.
    const told = `${listening.body}${(await poll(world, sid)).body}`;
    expect(told).toContain(`"code":"${code}"`);
    await expectGone(world, sid);
    expect(world.inStillLife.heard.length).toBeLessThanOrEqual(200);
  },
);

abuse(
  'PR18: names of namespaces are refused or end the connection, and no client makes a namespace',
  async ({ world }) => {
    const refused = ['/a', '/땅', '/\u{1f600}', '/a/b', '/ ', '/__proto__', '/../', `/${'n'.repeat(10_000)}`];
    const { raw } = await socketIo.seated(world, stillLife);
    const refusals = (): string[] => raw.texts.filter((text) => text.startsWith('44'));
    for (let round = 1; round <= 2; round++) {
      raw.write(...refused.map((name) => textFrame(`40${name},`)));
      await until('all are refused', () => refusals().length === refused.length * round || raw.isGone);
    }
    expect(refusals()).toEqual([...refused, ...refused].map((name) => `44${name},{"message":"Invalid namespace"}`));
    expect(raw.isOpen).toBe(true);
    // Behind the comma of `/a,b` comes what the packet carries, and `b` is no JSON.
    for (const packet of ['40/a,b', '40/a,b,', '40/a,/b,', '42/a,["message","x"]']) {
      const other = (await socketIo.seated(world, stillLife)).raw;
      other.write(textFrame(packet));
      await other.closed();
      expect(emitted(other, 'welcome'), packet).toHaveLength(1);
    }
    expectUntouched(world);
  },
);

abuse('PR18: ten thousand namespaces are too many messages', async ({ world }) => {
  const { raw } = await socketIo.seated(world, stillLife);
  raw.write(Buffer.concat(Array.from({ length: 10_000 }, (_, at) => textFrame(`40/n${at},`))));
  await raw.closed();
  world.expectEnds('RATE_LIMITED');
  expect(raw.texts.filter((text) => text.startsWith('44')).length).toBeLessThanOrEqual(200);
});

const impatient = abuse.extend({ options: { limits: { headersTimeoutMs: 300, requestTimeoutMs: 500 } } });

impatient(
  'V10: a POST that is too large, with its length or in chunks, is answered 413 and says nothing',
  async ({ world }) => {
    const sid = await seatedSession(world);
    const message = `42["message","${'x'.repeat(40_000)}"]`;
    expect(await post(world, sid, message)).toMatchObject({ status: 413 });
    const other = await seatedSession(world);
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`;
    const chunked = await world.raw();
    chunked.write(`POST /socket.io/?${ofSession(other)} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`);
    // There is no end to it: the answer comes before one, and the time for a request ends it.
    for (let sent = 0; sent < 2_000 && !chunked.isGone; sent++) {
      chunked.write(chunk.repeat(16));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect([chunked.isGone, chunked.answer?.status]).toEqual([true, 413]);
    expectUntouched(world);
    for (const each of [sid, other]) await post(world, each, '1');
  },
);

abuse('V11: names that every object has, and versions that there are not, are answered 400', async ({ world }) => {
  const queries = [
    ...['constructor', '__proto__', 'toString', 'webtransport', 'flashsocket', ''].map(
      (name) => `EIO=4&transport=${name}`,
    ),
    'EIO=4',
    'EIO=4&transport[]=polling',
    'transport=polling',
    ...['9', '3', '', 'x', '__proto__', '4&EIO=3'].map((version) => `EIO=${version}&transport=polling`),
    '',
  ];
  for (const query of queries) {
    expect(await answerOf(await ask(world, 'GET', query)), query).toMatchObject({
      status: 400,
      body: expect.stringMatching(/"code":[035]/u),
    });
    expect(await answerOf(await ask(world, 'POST', query, { body: '40' })), query).toMatchObject({ status: 400 });
  }
});

abuse(
  'V11: a WebSocket of another version of the engine, or of a name that is no transport, is answered 400',
  async ({ world }) => {
    const sid = await openSession(world);
    const queries = [
      'EIO=4',
      `EIO=4&transport=polling&sid=${sid}`,
      ...['constructor', '__proto__', 'webtransport', 'polling'].map((name) => `EIO=4&transport=${name}`),
      'transport=websocket',
      ...['9', '3', '', '__proto__', '4&EIO=3'].map((version) => `EIO=${version}&transport=websocket`),
    ];
    for (const query of queries) {
      const raw = await world.upgrade({ path: `/socket.io/?${query}` });
      expect((await raw.answered()).status, query).toBe(400);
      await raw.closed();
    }
  },
);

abuse('V11: a WebSocket that is reset while a session goes over to it costs the session nothing', async ({ world }) => {
  const sid = await seatedSession(world);
  const moments: readonly ((raw: RawSocket) => Promise<unknown> | undefined)[] = [
    () => undefined,
    (raw) => raw.answered(),
    async (raw) => {
      await raw.answered();
      raw.write(textFrame('2probe'));
    },
    async (raw) => {
      raw.write(textFrame('2probe'));
      await raw.text('the answer to the probe', (text) => text === '3probe');
    },
  ];
  for (const wait of [...moments, ...moments]) {
    const raw = await world.upgrade({ path: `${ENGINE}&transport=websocket&sid=${sid}` });
    await wait(raw);
    raw.reset();
    await until('it is gone', () => raw.isGone);
    await arrived(world);
  }
  await expectAlive(world, sid);
});

abuse('V11: garbage after the probe ends that WebSocket and not the session', async ({ world }) => {
  const sid = await seatedSession(world);
  const garbage: Readonly<Record<string, Uint8Array>> = {
    'no packet': textFrame('x'),
    nothing: textFrame(''),
    'a message': textFrame('42["message","x"]'),
    'another probe': textFrame('2probing'),
    'a packet of the server': textFrame('0{}'),
    bytes: binaryFrame(Buffer.from([0, 255, 128])),
    'an unmasked frame': frame({ opcode: OPCODE.text, payload: '5', masked: false }),
    'random bytes': Buffer.from('ff00ff00ff00', 'hex'),
  };
  for (const [what, bytes] of Object.entries(garbage)) {
    const raw = await world.upgrade({ path: `${ENGINE}&transport=websocket&sid=${sid}` });
    raw.write(textFrame('2probe'));
    await raw.text('the answer to the probe', (text) => text === '3probe');
    raw.write(bytes);
    await until(`this ends it: ${what}`, () => raw.isGone);
  }
  expectUntouched(world);
  await expectAlive(world, sid);
});

const crowded = abuse.extend({ options: { limits: { connectionsPerAddress: 256 } } });

crowded(
  'V12: two hundred binary POSTs at once are answered 400, and nobody waits for any of them',
  async ({ world }) => {
    const sids = await Promise.all(Array.from({ length: 20 }, () => openSession(world)));
    const headers = { 'Content-Type': 'application/octet-stream' };
    const answers = await Promise.all(
      sids.flatMap((sid) => Array.from({ length: 10 }, () => post(world, sid, '\x04bytes', { headers }))),
    );
    expect(answers.map(({ status }) => status)).toEqual(new Array(200).fill(400));
    for (const sid of sids) await expectGone(world, sid);
  },
);

abuse('V14: a session of one version of the engine is not gone on with in another', async ({ world }) => {
  const sid = await seatedSession(world);
  const wrong = { status: 400, body: expect.stringContaining('"code":3') };
  for (const version of ['EIO=3&', 'EIO=9&', '']) {
    const query = `${version}transport=polling&sid=${sid}`;
    expect(await answerOf(await ask(world, 'GET', query)), query).toMatchObject(wrong);
    expect(await answerOf(await ask(world, 'POST', query, { body: '2:40' })), query).toMatchObject(wrong);
    const raw = await world.upgrade({ path: `/socket.io/?${version}transport=websocket&sid=${sid}` });
    expect((await raw.answered()).status, query).toBe(400);
  }
  await expectAlive(world, sid);
});

abuse(
  'PR12: acknowledgements that nobody waits for are ignored; those without a number end the connection',
  async ({ world }) => {
    const { raw } = await socketIo.seated(world, stillLife);
    const ids = ['0', '1', '1', '4294967296', '9007199254740993', '9'.repeat(400)];
    raw.write(
      ...ids.map((id) => textFrame(`43${id}["x"]`)),
      textFrame('427["message","a"]'),
      textFrame('427["message","b"]'),
    );
    const { heard } = world.inStillLife;
    await until('what follows them is heard', () => heard.length === 2);
    expect(heard).toEqual(['a', 'b']);
    expect(raw.texts.filter((text) => text.startsWith('437['))).toEqual(['437[{"ok":true}]', '437[{"ok":true}]']);
    raw.write(textFrame(`42${'9'.repeat(400)}["message","c"]`));
    await until('it is heard', () => heard.includes('c'));
    for (const packet of ['43-1["x"]', '431e400["x"]', '431.5["x"]', '42-1["message","x"]', '421e400["message","x"]']) {
      const other = (await socketIo.seated(world, stillLife)).raw;
      other.write(textFrame(packet));
      await other.closed();
    }
    expect(heard).toEqual(['a', 'b', 'c']);
    const unseated = await openEngine(world);
    unseated.write(textFrame('430["x"]'));
    await unseated.closed();
  },
);
