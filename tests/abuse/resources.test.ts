/**
 * B.5 as far as connections are concerned, and what needs a process of its own: many who come and go, many who say nothing,
 * one who says too much, a machine that has no more to give, and a server that stands still for a while.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from '@madang/client';
import type { ServerOptions } from '@madang/server';
import { landGrab } from '@madang-examples/land-grab/game';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/yard.ts';
import { GATEWAYS, joinFrame, nativeRefusals, REQUESTS, sayFrame } from './gateways.ts';
import { binaryFrame, openRaw, type RawSocket, textFrame, upgradeRequest } from './raw-socket.ts';
import { abuse } from './standing.ts';

const openTimers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

abuse.for(GATEWAYS)(
  'RX04: hundreds who connect, join and go leave no timer, seat or socket behind: $name',
  { timeout: 90_000 },
  async (gateway, { world }) => {
    await gateway.seated(world);
    await world.settle();
    // The server's clock waits by a timer, or by a turn of the loop: what is looked at once may be one too few.
    let timersBefore = 0;
    for (let look = 0; look < 20; look++) {
      timersBefore = Math.max(timersBefore, openTimers());
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (let round = 0; round < 40; round++) {
      const raws = await Promise.all(
        Array.from({ length: 3 }, async (_, at) => {
          if (at !== 1) return (await gateway.seated(world)).raw;
          return world.upgrade(gateway.request);
        }),
      );
      for (const [at, raw] of raws.entries()) (at + round) % 2 === 0 ? raw.reset() : raw.destroy();
    }
    await world.settle();
    await until('the timers are as they were', () => openTimers() <= timersBefore);
  },
);

const watchful = abuse.extend({ options: { limits: { heartbeatMs: 200 } } });

watchful.for(GATEWAYS.filter(({ name }) => name !== 'socket.io'))(
  'RX06: players whose machines are gone, without a word, are found out; those who answer stay: $name',
  async (gateway, { world }) => {
    const gone = await Promise.all(Array.from({ length: 10 }, () => gateway.seated(world)));
    const there = await gateway.seated(world);
    for (const { raw } of gone) raw.answersPings = false;
    await until('all are cut', () => gone.every(({ raw }) => raw.isGone));
    expect(there.raw.isOpen).toBe(true);
    expect((await world.refusals()).SILENT).toBe(10);
  },
);

abuse.for(GATEWAYS)(
  'RX07: one who says ten thousand things at once is cut, and nobody else: $name',
  async (gateway, { world }) => {
    const flooder = await gateway.seated(world);
    const chatter = await gateway.seated(world);
    let said = 0;
    const chatting = setInterval(() => chatter.raw.write(chatter.saying(`line ${said++}`)), 50);
    try {
      flooder.raw.write(Buffer.concat(Array.from({ length: 10_000 }, () => flooder.saying('spam'))));
      await flooder.raw.closed();
      const { heard } = world.inLandGrab;
      await until('the other is still heard', () => heard.includes('line 10'));
      expect(heard.filter((one) => one === 'spam').length).toBeLessThanOrEqual(200);
      expect(chatter.raw.isOpen).toBe(true);
    } finally {
      clearInterval(chatting);
    }
    world.expectEnds('RATE_LIMITED');
  },
);

const impatient = abuse.extend({ options: { limits: { headersTimeoutMs: 300, requestTimeoutMs: 500 } } });

impatient('RX10: a request that brings too much, or brings it slowly, is cut and costs nothing', async ({ world }) => {
  const slow = await world.raw();
  slow.write('POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{');
  const large = await world.raw();
  large.write('POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n');
  for (let sent = 0; sent < 160 && !large.isGone; sent++) {
    large.write(Buffer.alloc(65_536, 'x'));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const polling = await world.raw();
  polling.write('POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\nx');
  for (const raw of [slow, large, polling]) {
    await raw.closed();
    expect([400, 404, 408, 413]).toContain(raw.answer?.status);
  }
});

const full = abuse.extend({ options: { limits: { joinsPerSecond: 1, joinsBurst: 4 } } });

full('RX03: whoever joins when too many do is told when to come back, on every gateway', async ({ world }) => {
  // Two of the four are the bystanders'; one more is kept for whoever joins at the end.
  await world.upgrade(REQUESTS.websocket);
  const told: RawSocket[] = [];
  for (let at = 0; at < 3; at++) {
    const raw = await world.upgrade(REQUESTS.play);
    raw.write(binaryFrame(joinFrame(landGrab)));
    told.push(raw);
  }
  await until('all are answered', () => told.every((raw) => raw.isGone || raw.binaries.length > 0));
  const refused = told.filter((raw) => raw.isGone);
  expect(refused.length).toBeGreaterThan(0);
  for (const raw of refused) {
    expect(nativeRefusals(raw)).toEqual(['SERVER_BUSY']);
    expect(raw.ending).toEqual({ code: 1013, reason: 'SERVER_BUSY' });
  }
  world.expectEnds('SERVER_BUSY', refused.length);
  // Until there is one to join with again.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
});

abuse('RX14: a flood of refusals is a few lines in the log, and all of them are counted', async ({ world }) => {
  const linesBefore = world.lines.length;
  for (let round = 0; round < 20; round++) {
    const raws = await Promise.all(Array.from({ length: 20 }, () => world.upgrade({ path: '/nowhere' })));
    for (const raw of raws) await raw.closed();
  }
  expect((await world.refusals()).NOT_FOUND).toBe(400);
  const counted = (): number =>
    world.lines
      .map((line) => JSON.parse(line))
      .reduce((sum, line) => sum + (line.reason === 'NOT_FOUND' ? line.count : 0), 0);
  await until('all are in the log', () => counted() === 400);
  expect(world.lines.length - linesBefore).toBeLessThan(100);
});

/** A server in a process of its own, killed when the test is over. */
async function serve(options: Partial<ServerOptions>, command: readonly string[] = []) {
  const [program = '', ...args] = [
    ...command,
    process.execPath,
    `${import.meta.dirname}/served.ts`,
    JSON.stringify(options),
  ];
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await until(`it listens: ${stderr}`, () => stdout.includes('\n'), 20_000);
  return { child, port: Number(stdout), log: () => stderr };
}

/** A player, and what it hears. */
async function join(port: number) {
  const room = await connect(`http://127.0.0.1:${port}`).join(landGrab);
  const heard: unknown[] = [];
  room.onMessage(({ message }) => heard.push(message));
  return { room, heard };
}

test('RX13: a server that stands still for longer than any of its deadlines throws nobody out', {
  timeout: 60_000,
}, async () => {
  const limits = { heartbeatMs: 600, partialMessageMs: 1_000, joinTimeoutMs: 1_000 };
  const { child, port } = await serve({ limits });
  const { room, heard } = await join(port);
  const raws = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const raw = await openRaw(port);
      raw.write(upgradeRequest(port, REQUESTS.websocket));
      await raw.text('the welcome', (text) => text.includes('welcome'));
      return raw;
    }),
  );
  const late = await openRaw(port);
  late.write(upgradeRequest(port, REQUESTS.play));
  await late.answered();
  const slow = raws[0] ?? late;
  const sentence = textFrame(JSON.stringify({ type: 'message', message: 'said over a stall' }));
  slow.write(sentence.subarray(0, 10));
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  // All of this waits for the server when it goes on.
  slow.write(sentence.subarray(10));
  late.write(binaryFrame(joinFrame(landGrab)), binaryFrame(sayFrame(landGrab, 'joined over a stall')));
  child.kill('SIGCONT');
  await until('both are heard', () => heard.includes('said over a stall') && heard.includes('joined over a stall'));
  // Several of its heartbeats.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  room.say('and on it goes');
  await until('the game goes on', () => heard.includes('and on it goes'));
  expect([...raws, late].filter((raw) => !raw.isOpen)).toEqual([]);
  for (const raw of [...raws, late]) raw.destroy();
  await room.leave();
});

test.skipIf(!existsSync('/usr/bin/prlimit'))(
  'HS26: a server that may open no more files keeps its players, and takes others again once some have gone',
  { timeout: 60_000 },
  async () => {
    const { port, log } = await serve({ limits: { connectionsPerAddress: 1_000 } }, [
      '/usr/bin/prlimit',
      '--nofile=128:128',
    ]);
    expect(log()).toContain('may open fewer files');
    const { room, heard } = await join(port);
    const raws: RawSocket[] = [];
    for (let at = 0; at < 300; at++) raws.push(await openRaw(port, `127.0.3.${1 + (at % 200)}`));
    await until('those for whom there is no room are dropped', () => raws.filter((raw) => raw.isGone).length >= 200);
    room.say('still playing');
    await until('the one who plays goes on', () => heard.includes('still playing'));
    expect(room.connection).toBe('open');
    expect(raws.filter((raw) => !raw.isGone).length).toBeLessThan(128);
    for (const raw of raws) raw.destroy();
    let other: Awaited<ReturnType<typeof join>> | null = null;
    for (let tries = 0; tries < 100 && other === null; tries++) {
      other = await join(port).catch(() => null);
      if (other === null) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(other?.room.connection).toBe('open');
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toMatch(/madang_refusals_total\{reason="CONNECTIONS_FULL"\} [1-9]/u);
    await other?.room.leave();
    await room.leave();
  },
);
