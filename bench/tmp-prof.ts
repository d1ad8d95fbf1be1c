import { createSubject } from './encode/encoder.ts';
import { createOurs } from './encode/ours.ts';

const [movers, viewers, n] = process.argv.slice(2).map(Number);
const s = createSubject(createOurs, {
  world: { seed: 1, movers },
  views: viewers ? { viewers, visible: 70 } : null,
  moving: false,
});
const times: number[] = [];
const mut: number[] = [];
let bytes = 0;
for (let i = 0; i < n; i++) {
  s.before();
  const t0 = performance.now();
  s.phases.mutate();
  const t = performance.now();
  bytes = s.phases.encode();
  const t2 = performance.now();
  if (i > n / 4) {
    times.push((t2 - t) * 1000);
    mut.push((t - t0) * 1000);
  }
}
times.sort((a, b) => a - b);
mut.sort((a, b) => a - b);
const at = (l: number[], q: number) => l[Math.floor(l.length * q)]?.toFixed(1);
console.log(
  'us: min',
  at(times, 0),
  'p10',
  at(times, 0.1),
  'median',
  at(times, 0.5),
  'p99',
  at(times, 0.99),
  'mutate p10',
  at(mut, 0.1),
  'median',
  at(mut, 0.5),
  'bytes',
  bytes.toFixed(2),
);
