/**
 * How long it takes to go to a tick of a replay of one hour: 72,000 ticks at 20 Hz, 50 rows that all move in every tick. Prints the time
 * to open it and the median and the longest of seeks to random ticks, of everyone's view and of the whole journal, and what making the view
 * took and how long it kept the event loop.
 */
import { openReplay } from '@madang/client/replay';
import { ByteWriter, createState, defineGame, i16, seededRandom, table, u8, u16, writeSavedState } from '@madang/core';
import {
  describeSchema,
  openSchema,
  RECORD,
  StateRecorder,
  writeInputs,
  writeRandom,
  writeRecord,
  writeTick,
} from '@madang/core/journal';
import { viewRecording } from '@madang/server/replay';

const TICKS = 72_000;
const ROWS = 50;
const RATE_HZ = 20;
const SNAPSHOT_TICKS = 10 * RATE_HZ;
const SEEKS = 400;
const WARM_UP_SEEKS = 20;

const meadow = defineGame({
  name: 'meadow',
  tickRateHz: RATE_HZ,
  seats: 8,
  state: { sheep: table({ x: i16, y: i16, wool: u8, mark: u16.visibleTo('owner') }, { maxRows: 64 }) },
  input: {},
});

const entries = recordHour();
const journalBytes = Buffer.concat(entries);
const turns = countTurns();
const [viewMs, viewBytes] = await timed(async () => {
  const chunks: Uint8Array[] = [];
  const options = { game: null, nowMs: () => performance.now() };
  for await (const chunk of viewRecording(entries, { seat: 0 }, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
});
const stretches = turns.stop();
console.log(
  `journal ${megabytes(journalBytes)}, everyone's view ${megabytes(viewBytes)}, made in ${viewMs.toFixed(0)} ms`,
);
console.log(
  `a turn of the event loop took p99 ${shareOf(stretches, 0.99)} ms of the processor, at most ${shareOf(stretches, 1)} ms`,
);
for (const [name, bytes] of [
  ["everyone's view", viewBytes],
  ['journal', journalBytes],
] as const) {
  const [openMs, replay] = await timed(async () => openReplay(bytes));
  const random = seededRandom(7);
  const times: number[] = [];
  for (let count = 0; count < SEEKS + WARM_UP_SEEKS; count++) {
    const tick = random.below(TICKS);
    const startedMs = performance.now();
    replay.seek(tick);
    if (count >= WARM_UP_SEEKS) times.push(performance.now() - startedMs);
    if (replay.tick !== tick) throw new Error(`the replay is at ${replay.tick} and not at ${tick}`);
  }
  times.sort((a, b) => a - b);
  const median = times[SEEKS >> 1] ?? 0;
  const longest = times.at(-1) ?? 0;
  console.log(
    `${name}: opened in ${openMs.toFixed(0)} ms; seek median ${median.toFixed(2)} ms, max ${longest.toFixed(2)} ms`,
  );
}

function recordHour(): Uint8Array[] {
  const state = createState(meadow.state);
  const random = seededRandom(1);
  const sheep = Array.from({ length: ROWS }, (_, index) =>
    state.view.sheep.add({ x: index * 20, y: index * 10 }, { owner: { number: 1 + (index % 8) } }),
  );
  const recorder = new StateRecorder(meadow.state, state as never);
  const { name, title = {}, tickRateHz } = meadow;
  const head = {
    format: 1,
    game: name,
    title,
    roomId: 'hour',
    tickRateHz,
    state: describeSchema(meadow.state),
    input: [],
    events: {},
  };
  const written: Uint8Array[] = [];
  const out = new ByteWriter(4096);
  const snapshot = (tick: number): void => {
    writeRecord(out, RECORD.HEAD, () => out.text(JSON.stringify(head)));
    writeRecord(out, RECORD.SNAPSHOT, () => {
      out.varint(tick);
      out.text('{}');
      writeRandom(out, random.state());
      writeInputs(out, [], {});
      writeSavedState(out, openSchema(meadow.state), state as never);
    });
  };
  snapshot(0);
  for (let tick = 1; tick <= TICKS; tick++) {
    for (const one of sheep) {
      one.x = wandered(one.x, random.below(9) - 4);
      one.y = wandered(one.y, random.below(9) - 4);
    }
    const change = recorder.change();
    writeRecord(out, RECORD.TICK, () => {
      writeTick(out, { tick, random: random.state(), ...(change === null ? {} : { change }) }, {});
    });
    // The room's own publication would clear the marks.
    for (const part of state.parts) part.unmark();
    if (tick % SNAPSHOT_TICKS !== 0) continue;
    written.push(out.take());
    snapshot(tick);
  }
  written.push(out.take());
  return written;
}

/** What each turn of the event loop takes of the processor, whatever else the machine does. */
function countTurns(): { stop(): readonly number[] } {
  const taken: number[] = [];
  let isOver = false;
  let before = process.cpuUsage();
  const turn = (): void => {
    const { user, system } = process.cpuUsage(before);
    taken.push((user + system) / 1000);
    before = process.cpuUsage();
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop() {
      isOver = true;
      return taken.sort((a, b) => a - b);
    },
  };
}

function shareOf(sorted: readonly number[], share: number): string {
  return (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(1);
}

function wandered(at: number, by: number): number {
  return Math.max(-30_000, Math.min(30_000, at + (by === 0 ? 1 : by)));
}

async function timed<T>(run: () => Promise<T>): Promise<readonly [number, T]> {
  const startedMs = performance.now();
  const result = await run();
  return [performance.now() - startedMs, result];
}

function megabytes({ length }: Uint8Array): string {
  return `${(length / 1e6).toFixed(1)} MB`;
}
