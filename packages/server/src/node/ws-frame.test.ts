import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { framed } from './ws-frame.ts';

/** What callers without types may pass for bytes or text; all of their bytes are 7. */
const STRANGE: readonly unknown[] = [
  9_999,
  new Float32Array(new Uint8Array(80).fill(7).buffer),
  new Array(40).fill(7),
  { length: 64 },
  {},
  null,
];

test('[V01] what is no bytes and no text is thrown back or sent as what it holds, and never as memory of others', () => {
  for (const strange of STRANGE) {
    let payload: Buffer;
    try {
      payload = framed(strange as Uint8Array).subarray(2);
    } catch {
      continue;
    }
    expect(new Set(payload).size, `${String(strange)} is ${payload.toString('hex')}`).toBe(1);
  }
});

test('[V01, V06] nor does the library that closes and pings for us', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  for (const strange of STRANGE) {
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [ours] = (await once(server, 'connection')) as [WebSocket];
    const heard: Buffer[] = [];
    client.on('ping', (data: Buffer) => heard.push(data));
    client.on('close', (_code, reason: Buffer) => heard.push(reason));
    for (const use of [() => ours.ping(strange), () => ours.close(1000, strange as string)]) {
      try {
        use();
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
    ours.close();
    await once(client, 'close');
    // A number is sent as its digits.
    for (const data of heard) {
      if (data.toString() !== String(strange))
        expect(new Set(data).size, `${String(strange)}: ${data}`).toBeLessThan(2);
    }
  }
});
