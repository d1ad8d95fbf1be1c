/** What netcode costs the server: an input, from its bytes to its place in the seat's timeline; and remembering one state. */
import { ByteReader, createState, decodeClientFrame, encodeClientFrame, quantized, table, u16 } from '@madang/core';
import { Publication } from '@madang/core/codec';
import { TableHistory } from '@madang/core/netcode';
import { createServer, type SeatHandle, type Viewer } from '@madang/server';
import { MemoryTransport, seededRandom, VirtualClock } from '@madang/server/memory';
import type { Cost } from './frame-cost.ts';
import { drift } from './game.ts';

const INPUTS = 200_000;
const STATES = 20_000;
const SAMPLES = 15;
const ROWS = 1_000;

export async function measureServer(haste: number): Promise<readonly Cost[]> {
  const { recordUs, copyUs } = measureRewind(Math.ceil(STATES / haste));
  return [
    { name: 'an input, decoded and taken', unit: 'us', ours: await measureInput(Math.ceil(INPUTS / haste)), goal: 3 },
    { name: `${ROWS} rows remembered`, unit: 'us', ours: recordUs },
    { name: 'of a bare copy of the columns', unit: 'times', ours: recordUs / copyUs },
  ];
}

/** The median over samples, each input with the tick it is sent for, at 30 a second in virtual time. */
async function measureInput(inputs: number): Promise<number> {
  const game = drift(() => {});
  const clock = new VirtualClock();
  const server = createServer({
    games: [game],
    clock,
    transport: new MemoryTransport(clock),
    random: seededRandom(1),
  });
  await server.start();
  const nobody = (): void => {};
  const viewer: Viewer = {
    welcome: nobody,
    timing: nobody,
    update: nobody,
    event: nobody,
    canReturn: false,
    said: nobody,
    people: nobody,
    chat: nobody,
    answer: nobody,
    refuse: nobody,
    end: nobody,
  };
  const seat: SeatHandle = server.rooms.join({}, viewer);
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    let tookMs = 0;
    for (let done = 0; done < inputs / SAMPLES; ) {
      clock.advance(1000 / 30);
      const tick = server.rooms.get(seat.roomId)?.tick ?? 0;
      const frames = Array.from({ length: 32 }, (_, index) => ({
        kind: 'input' as const,
        tick: tick + 2,
        seenTick: Math.max(0, tick - 3),
        viewDelayTicks: 6,
        input: { thrustX: index % 2, thrustY: 0, fire: false, mark: index },
      }));
      const bytes = frames.map((frame) => encodeClientFrame(game, frame));
      const startMs = performance.now();
      for (const one of bytes) {
        const frame = decodeClientFrame(game, new ByteReader(one));
        if (frame.kind === 'input') seat.inputAt(frame);
      }
      tookMs += performance.now() - startMs;
      done += bytes.length;
    }
    samples.push((tookMs * 1000 * SAMPLES) / inputs);
  }
  const stopping = server.stop();
  await clock.advanceAsync(60_000);
  await stopping;
  return median(samples);
}

function measureRewind(states: number): { recordUs: number; copyUs: number } {
  const place = quantized({ min: 0, max: 2048, step: 1 / 16 });
  const state = createState({ rows: table({ x: place, y: place, a: u16, b: u16 }, { maxRows: ROWS }) });
  for (let row = 0; row < ROWS; row++) state.view.rows.add({ x: row, y: row, a: row, b: row });
  new Publication(state).publish();
  const store = state.table('rows');
  const history = new TableHistory(store, 10);
  const copies = store.columns.map(() => new Int32Array(ROWS + 1));
  const record: number[] = [];
  const copy: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    record.push(timed(states / SAMPLES, (index) => history.record(sample * states + index)));
    copy.push(
      timed(states / SAMPLES, () => {
        store.columns.forEach(({ sent }, index) => {
          if (sent instanceof Int32Array) copies[index]?.set(sent);
        });
      }),
    );
  }
  return { recordUs: median(record), copyUs: median(copy) };
}

function timed(times: number, run: (index: number) => void): number {
  const startMs = performance.now();
  for (let index = 0; index < times; index++) run(index);
  return ((performance.now() - startMs) * 1000) / times;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
