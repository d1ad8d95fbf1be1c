import { test } from 'vitest';
import { pond } from './pond.test-support.ts';
import { openWorld } from './world/world.ts';
test('x', async () => {
  const world = await openWorld({ game: pond, clients: 4, seed: 2, network: { roundTripMs: 80, jitterMs: 20 }, faults: 'all' });
  const before: string[] = [];
  const snap = () => world.clients.map((c) => `${c.now.state}${'because' in c.now ? c.now.because : ''} ${c.room?.id}/${c.room?.seat} t${(c as any).hasTwin ? 'T' : ''}`).join(' | ') + ' || ' + world.server.rooms.all.map((r) => `${r.id}:${r.taken}[${(r as any).state ? [...(r as any).state.table('frogs')].map((f: any) => f.owner) : ''}]`).join(',') + ` lines ${world.network.clients.map((c) => c.lineCount)}`;
  let last = '';
  for (let t = 0; t < 10000; t += 50) {
    await world.advance(50);
    const s = snap();
    if (s !== last && t > 3000) console.log(t + 50, s);
    last = s;
  }
  world.heal();
  for (let t = 0; t < 10000; t += 100) { await world.advance(100); const s = snap(); if (s !== last) console.log('heal', t, s); last = s; }
});
