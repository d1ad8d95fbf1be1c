import type { Peer } from '@madang/server';
import { VirtualClock } from '@madang/server/memory';
import { describe, expect, test } from 'vitest';
import type { Conditions } from './conditions.ts';
import { SeededNetwork } from './seeded-network.ts';

/** A server that notes what it hears, and one client of it that does the same. Both sides' notes carry the time. */
function network(conditions: Partial<Conditions> = {}, seed = 1) {
  const clock = new VirtualClock();
  const net = new SeededNetwork({ clock, seed, conditions });
  const heard = { server: [] as string[], client: [] as string[] };
  const peers: Peer[] = [];
  const at = (what: string): string => `${what}@${Math.round(clock.nowMs())}`;
  const listen = () => {
    const transport = net.transport();
    transport.start((peer) => {
      peers.push(peer);
      heard.server.push(at('open'));
      return {
        message: (data) => heard.server.push(at(String(data))),
        gone: () => heard.server.push(at('gone')),
      };
    });
    return transport;
  };
  const transport = listen();
  const client = net.client('Ann');
  const open = () =>
    client.openLink('ws://simulation/play?as=Ann', {
      open: () => heard.client.push(at('open')),
      frame: (frame) => heard.client.push(at(String(frame))),
      closed: (code, reason) => heard.client.push(at(`closed ${code} ${reason}`)),
    });
  const peer = (): Peer => {
    const last = peers.at(-1);
    if (last === undefined) throw new Error('nobody is connected');
    return last;
  };
  return { clock, net, heard, transport, listen, client, open, peer };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const timesOf = (notes: readonly string[]): number[] => notes.map((note) => Number(note.split('@')[1]));

describe('a line', () => {
  test('opens with two round trips, and a message takes half of one', () => {
    const { clock, heard, open, peer } = network({ roundTripMs: 100 });
    const link = open();
    clock.advance(1_000);
    expect(heard).toEqual({ server: ['open@150'], client: ['open@200'] });
    expect([peer().address, peer().query.get('as')]).toEqual(['Ann', 'Ann']);
    link.send(bytes(1));
    peer().send(bytes(2));
    clock.advance(1_000);
    expect([heard.server[1], heard.client[1]]).toEqual(['1@1050', '2@1050']);
  });

  test('carries everything in order, whatever is lost and however unsteady it is', () => {
    const { clock, heard, open, peer } = network({ roundTripMs: 100, jitterMs: 90, lossPercent: 20 });
    const link = open();
    clock.advance(60_000);
    for (let i = 0; i < 200; i++) {
      link.send(bytes(i));
      peer().send(bytes(i));
      clock.advance(7);
    }
    clock.advance(60_000);
    const sent = Array.from({ length: 200 }, (_, i) => String(i));
    for (const notes of [heard.server, heard.client])
      expect(notes.slice(1).map((one) => one.split('@')[0])).toEqual(sent);
  });

  test('jitter spreads a round trip evenly by as much as it says, either way', () => {
    const { clock, heard, open, peer } = network({ roundTripMs: 100, jitterMs: 20 });
    open();
    clock.advance(1_000);
    heard.client.length = 0;
    for (let i = 0; i < 500; i++) {
      peer().send(bytes(i));
      clock.advance(100);
    }
    const ways = timesOf(heard.client).map((ms) => (ms - 1_000) % 100);
    expect([Math.min(...ways), Math.max(...ways)]).toEqual([40, 60]);
  });

  test('a lost packet holds up what is behind it until it was sent again', () => {
    const { clock, net, heard, open, peer } = network({ roundTripMs: 100 });
    open();
    clock.advance(1_000);
    net.set({ lossPercent: 99.999 });
    peer().send(bytes(1));
    net.set({ lossPercent: 0 });
    peer().send(bytes(2));
    clock.advance(60_000);
    const [first = 0, second = 0] = timesOf(heard.client.slice(1));
    expect(first - 1_000).toBe(50 + 300 * (2 ** 5 - 1));
    expect(second).toBe(first);
  });

  test('lets through so many bytes a second, and what waits is on the server’s side', () => {
    const { clock, net, heard, open, peer } = network();
    open();
    clock.advance(1_000);
    net.set({ bytesPerSecond: 1_000 });
    for (let i = 0; i < 4; i++) peer().send(new Uint8Array(500).fill(i));
    expect([peer().bufferedBytes, net.bufferedBytesMax]).toEqual([2_000, 2_000]);
    clock.advance(1_000);
    expect([peer().bufferedBytes, heard.client.length]).toEqual([1_000, 3]);
    clock.advance(1_000);
    expect(timesOf(heard.client.slice(1))).toEqual([1_500, 2_000, 2_500, 3_000]);
  });

  test('a client that does not read leaves it in the server’s buffer', () => {
    const { clock, client, heard, open, peer } = network({ roundTripMs: 20 });
    open();
    clock.advance(1_000);
    client.isPaused = true;
    peer().send(bytes(1, 2, 3));
    clock.advance(5_000);
    expect([peer().bufferedBytes, heard.client.length]).toEqual([3, 1]);
    client.isPaused = false;
    clock.advance(10);
    expect([peer().bufferedBytes, heard.client[1]]).toEqual([0, '1,2,3@6010']);
  });

  test('nothing arrives during stalls', () => {
    const { clock, heard, open, peer } = network({ stalls: { everyMs: 1_000, forMs: 300 } });
    open();
    clock.advance(5_000);
    for (let i = 0; i < 500; i++) {
      peer().send(bytes(1));
      clock.advance(10);
    }
    clock.advance(1_000);
    const gaps = timesOf(heard.client.slice(1)).map((ms, i, all) => ms - (all[i - 1] ?? ms));
    expect(gaps.filter((ms) => ms > 10)).toHaveLength(5);
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(290);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(310);
  });

  test('bytes belong to the receiver: what the sender does to them afterwards is not seen', () => {
    const { clock, heard, open, peer } = network({ roundTripMs: 10 });
    open();
    clock.advance(100);
    const reused = bytes(1);
    peer().send(reused);
    reused[0] = 9;
    clock.advance(100);
    expect(heard.client[1]).toBe('1@105');
  });
});

describe('the end of a line', () => {
  test('the server’s close comes after what it sent, with its code and reason', () => {
    const { clock, heard, open, peer } = network({ roundTripMs: 100 });
    const link = open();
    clock.advance(1_000);
    peer().send(bytes(7));
    peer().close(4508, 'TOO_SLOW');
    peer().send(bytes(8));
    link.send(bytes(9));
    clock.advance(10_000);
    expect(heard.client.slice(1)).toEqual(['7@1050', 'closed 4508 TOO_SLOW@1050']);
    // What the client had sent before it knew still arrives.
    expect(heard.server.slice(1)).toEqual(['9@1050', 'gone@1100']);
    expect(clock.pending).toBe(0);
  });

  test('a client that closes is answered, and hears nothing more meanwhile', () => {
    const { clock, heard, open, peer } = network({ roundTripMs: 100 });
    const link = open();
    clock.advance(1_000);
    link.send(bytes(1));
    link.close();
    link.close();
    peer().send(bytes(2));
    clock.advance(10_000);
    expect(heard.server.slice(1)).toEqual(['1@1050', 'gone@1050']);
    expect(heard.client.slice(1)).toEqual(['closed 1000 @1100']);
  });

  test('a reader that has stopped does not keep the server from closing', () => {
    const { clock, client, heard, open, peer } = network();
    open();
    clock.advance(1_000);
    client.isPaused = true;
    peer().close(4508, 'TOO_SLOW');
    clock.advance(2_000);
    expect(heard.server.at(-1)).toBe('gone@3000');
    client.isPaused = false;
    clock.advance(0);
    expect(heard.client.at(-1)).toBe('closed 4508 TOO_SLOW@3000');
  });

  test('a cut line is over for the client at once and for the server when it notices; what was on its way is lost', () => {
    const { clock, client, heard, open, peer } = network({ roundTripMs: 100 });
    const link = open();
    clock.advance(1_000);
    link.send(bytes(1));
    peer().send(bytes(2));
    client.cut(3_000);
    peer().send(bytes(3, 4));
    clock.advance(1);
    expect([peer().bufferedBytes, heard.client.slice(1)]).toEqual([2, ['closed 1006 @1000']]);
    clock.advance(10_000);
    expect(heard.server.slice(1)).toEqual(['gone@4000']);
    expect([client.lineCount, client.opened, client.closed, clock.pending]).toEqual([0, 1, 1, 0]);
  });

  test('of which the client gives up before it hears that nobody listens is over for both', async () => {
    const { clock, client, heard, transport, open } = network({ roundTripMs: 100 });
    void transport.stop(0);
    const link = open();
    clock.advance(20);
    link.close();
    clock.advance(5_000);
    expect(heard).toEqual({ server: [], client: ['closed 1006 @20'] });
    expect([client.lineCount, client.opened, client.closed, clock.pending]).toEqual([0, 1, 1, 0]);
  });

  test('while the way is down nothing passes and nobody gets in; afterwards it goes on', () => {
    const { clock, client, heard, open, peer } = network({ roundTripMs: 100 });
    const link = open();
    clock.advance(1_000);
    link.send(bytes(1));
    client.set({ isDown: true });
    peer().send(bytes(2));
    open();
    clock.advance(5_000);
    expect([heard.server.slice(1), heard.client.slice(1)]).toEqual([[], ['closed 1006 @1000']]);
    client.set({ isDown: false });
    clock.advance(5_000);
    expect([heard.server.slice(1), heard.client.slice(2)]).toEqual([['1@6000'], ['2@6050']]);
  });

  test('nobody listens before the server has started, after it stopped, and after it crashed', async () => {
    const { clock, net, heard, open, transport, listen } = network({ roundTripMs: 10 });
    open();
    clock.advance(100);
    const stopping = transport.stop(2_000);
    clock.advance(100);
    await stopping;
    open();
    clock.advance(100);
    const second = listen();
    open();
    clock.advance(100);
    second.crash();
    clock.advance(100);
    expect(heard.client).toEqual([
      'open@20',
      'closed 1012 SERVER_STOPPING@105',
      'closed 1006 @210',
      'open@320',
      'closed 1006 @405',
    ]);
    // The crashed process hears nothing, not even of the end.
    expect(heard.server).toEqual(['open@15', 'gone@110', 'open@315']);
    expect([net.lineCount, clock.pending]).toEqual([0, 0]);
  });

  test('a stop waits no longer than its deadline for one that does not answer', async () => {
    const { clock, client, heard, open, transport } = network();
    open();
    clock.advance(100);
    client.isPaused = true;
    const stopping = transport.stop(500);
    clock.advance(500);
    await stopping;
    expect(heard.server.at(-1)).toBe('gone@600');
  });

  test('every line ends exactly once at both ends, whatever happens to it and when', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { clock, net, heard, client, open, peer } = network(
        { roundTripMs: 80, jitterMs: 40, lossPercent: 5 },
        seed,
      );
      const link = open();
      clock.advance(seed * 9);
      if (seed % 2 === 0) link.close();
      if (seed % 3 === 0) client.cut();
      if (seed % 5 === 0 && heard.server.length > 0) peer().close(4000, '');
      clock.advance(60_000);
      link.close();
      clock.advance(60_000);
      const ends = (notes: readonly string[], end: string) => notes.filter((one) => one.startsWith(end)).length;
      expect([seed, ends(heard.client, 'closed')]).toEqual([seed, 1]);
      expect([seed, ends(heard.server, 'gone')]).toEqual([seed, ends(heard.server, 'open')]);
      expect([seed, net.lineCount, clock.pending]).toEqual([seed, 0, 0]);
    }
  });
});

describe('the network', () => {
  test('does the same for the same seed, and something else for another', () => {
    const play = (seed: number): string[] => {
      const { clock, heard, open, peer } = network({ roundTripMs: 50, jitterMs: 40, lossPercent: 10 }, seed);
      open();
      clock.advance(20_000);
      for (let i = 0; i < 50; i++) {
        peer().send(bytes(i));
        clock.advance(11);
      }
      clock.advance(20_000);
      return heard.client;
    };
    expect(play(5)).toEqual(play(5));
    expect(play(6)).not.toEqual(play(5));
  });

  test('a client’s own conditions go before the shared ones, until the network is healed', () => {
    const { net, client } = network({ roundTripMs: 10 });
    client.set({ roundTripMs: 300, isDown: true });
    net.set({ roundTripMs: 20, lossPercent: 1 });
    expect(client.conditions).toMatchObject({ roundTripMs: 300, lossPercent: 1, isDown: true });
    net.heal();
    expect(client.conditions).toMatchObject({ roundTripMs: 0, lossPercent: 0, isDown: false });
  });

  test('healing lets arrive what was delayed and noticed what was not', () => {
    const { clock, net, client, heard, open, peer } = network({ roundTripMs: 4_000 });
    open();
    clock.advance(20_000);
    peer().send(bytes(1));
    clock.advance(1);
    net.heal();
    clock.advance(0);
    expect(heard.client.at(-1)).toBe('1@20001');
    client.cut(10_000);
    net.heal();
    clock.advance(0);
    expect(heard.server.at(-1)).toBe('gone@20001');
  });

  test('refuses conditions that cannot be', () => {
    const { net, client } = network();
    const impossible = [
      { roundTripMs: -1 },
      { jitterMs: Number.NaN },
      { lossPercent: 100 },
      { bytesPerSecond: 0 },
      { stalls: { everyMs: 5, forMs: 5 } },
    ];
    for (const conditions of impossible) {
      expect(() => net.set(conditions)).toThrow(RangeError);
      expect(() => client.set(conditions)).toThrow(RangeError);
    }
    expect(client.conditions).toMatchObject({ roundTripMs: 0, bytesPerSecond: null });
  });
});
