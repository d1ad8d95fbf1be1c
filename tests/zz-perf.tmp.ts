import { openPostgres } from '/work/main/packages/postgres/src/open-postgres.ts'; import { startCluster } from '/work/main/tests/support/postgres.ts';
import { mkdtempSync, rmSync } from 'node:fs';
const dir = mkdtempSync('/tmp/perf-');
const cluster = await startCluster(); const db = await openPostgres({ connectionString: await cluster.newDatabase(), maxConnections: 3 }); const j = db.journal;
for (const [room, n, size] of [['a', 60_000, 1500], ['big', 400, 400_000]] as const) {
  for (let s = 1; s <= n; s += 20) {
    const entries = Array.from({ length: Math.min(20, n - s + 1) }, (_, i) => ({ roomId: room, game: 'x', epoch: 1, seq: s + i, tick: s + i, isSnapshot: s + i === 1, begins: s + i === 1, keepsHistory: true, wallMs: 1, bytes: new Uint8Array(size) }));
    await j.commit({ entries, ends: [], isSynced: false });
  }
}
for (const room of ['a', 'big']) {
  let worst = 0, over = false, commits = 0;
  const t0 = performance.now();
  const reading = j.read(room, 'start').then((r) => { over = true; return r.length; });
  while (!over) {
    const t = performance.now();
    commits++;
    await j.commit({ entries: [{ roomId: 'b' + room, game: 'x', epoch: 1, seq: commits, tick: 1, isSnapshot: commits === 1, begins: commits === 1, keepsHistory: true, wallMs: 1, bytes: new Uint8Array(10) }], ends: [], isSynced: false });
    worst = Math.max(worst, performance.now() - t);
  }
  console.log(room, await reading, 'read ms', performance.now() - t0, 'worst commit ms', worst, commits);
}
await db.close(); await cluster.remove(); rmSync(dir, { recursive: true });
