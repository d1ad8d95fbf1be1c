import { expect, test } from 'vitest';
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
