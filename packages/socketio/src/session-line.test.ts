import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SessionLine } from './session-line.ts';
import { StatePacket } from './state-packets.ts';

/** What the engine makes of packets: one is on its way at a time, the others wait for it in order. */
class Session {
  readonly transport = { writable: true };
  readonly readyState = 'open';
  readonly writeBuffer: { readonly data: string }[] = [];
  /** What went to the client, in order. */
  readonly wire: string[] = [];

  send(data: string): void {
    this.writeBuffer.push({ data });
    this.#flush();
  }

  sent(): void {
    this.transport.writable = true;
    this.#flush();
  }

  #flush(): void {
    if (!this.transport.writable || this.writeBuffer.length === 0) return;
    this.transport.writable = false;
    this.wire.push(...this.writeBuffer.splice(0).map(({ data }) => data));
  }
}

test('states and messages come to a Socket.IO client in the order in which they were sent, however slowly it reads', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('state', 'message', 'read'), { maxLength: 40 }), (deeds) => {
      const session = new Session();
      const line = new SessionLine(session);
      line.direct = {
        heardBy: () => {},
        unsentBytes: 0,
        // Behind the head of a frame of this size, which is two bytes, and the engine's own type.
        write: (frame) => void session.wire.push(frame.toString('utf8', 3)),
      };
      const sent: string[] = [];
      for (const [tick, deed] of deeds.entries()) {
        if (deed === 'read') session.sent();
        else if (deed === 'state') {
          const state = new StatePacket(tick, {});
          sent.push(state.text);
          line.send(state);
        } else {
          sent.push(`message ${tick}`);
          session.send(`message ${tick}`);
        }
      }
      session.sent();
      session.sent();
      expect(session.wire).toEqual(sent);
    }),
  );
});

test('what waits for a client to read counts, in the queue and in the socket', () => {
  const session = new Session();
  const line = new SessionLine(session);
  session.send('on its way');
  session.send('한');
  line.send(new StatePacket(1, {}));
  expect(line.unsentBytes).toBe(Buffer.byteLength('한') + new StatePacket(1, {}).text.length);
  line.direct = { heardBy: () => {}, unsentBytes: 1_000, write: () => {} };
  expect(line.unsentBytes).toBe(1_000 + Buffer.byteLength('한') + new StatePacket(1, {}).text.length);
});
