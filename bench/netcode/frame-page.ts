/**
 * In a page: one player who predicts, and 100 ships of others, at 144 frames a second of a time of its own. Server frames are
 * made here by core's encoder, so that nothing but the client is measured. Answers microseconds per frame.
 */
import { connect, type Link, type LinkEvents } from '@madang/client';
import {
  ByteWriter,
  createState,
  encodeWelcome,
  writeDeltaHead,
  writeNoGrants,
  writeSnapshot,
  writeSnapshotHead,
} from '@madang/core';
import { Publication } from '@madang/core/codec';
import { drift, SIZE } from './game.ts';

const OTHERS = 100;
const TICK_MS = 1000 / 30;
const FRAME_MS = 1000 / 144;
const ROUND_TRIP_MS = 150;

/** Frames of one sample: the page's clock is too coarse for one. */
const BATCH = 24;

export interface FrameSamples {
  /** `room.frame()` and reading four fields of each row, as a page that draws does. */
  readonly us: readonly number[];
  readonly rows: number;
  readonly predictedTicks: number;
}

async function measure(batches: number): Promise<FrameSamples> {
  const game = drift(() => {});
  const state = createState(game.state);
  const publication = new Publication(state);
  let nowMs = 0;
  let tick = 0;
  const line: { on: LinkEvents | null } = { on: null };
  const arriving: { readonly atMs: number; readonly frame: Uint8Array }[] = [];
  const timers = { nowMs: () => nowMs, after: () => () => {} };
  const openLink = (_url: string, events: LinkEvents): Link => {
    line.on = events;
    return { send: () => {}, close: () => {} };
  };
  const later = (frame: Uint8Array): void => void arriving.push({ atMs: nowMs + ROUND_TRIP_MS / 2, frame });
  const play = (): void => {
    tick++;
    for (const ship of state.view.ships) {
      ship.x = SIZE / 2 + 700 * Math.sin(tick / 40 + ship.id);
      ship.y = SIZE / 2 + 700 * Math.cos(tick / 40 + ship.id);
      ship.heading = tick / 30;
    }
    publication.publish();
    const out = new ByteWriter();
    writeDeltaHead(out, tick, tick - 1);
    out.append(publication.shared);
    out.u8(0);
    writeNoGrants(out);
    later(out.take());
  };
  const pass = (ms: number): void => {
    nowMs += ms;
    while (nowMs >= (tick + 1) * TICK_MS) play();
    while ((arriving[0]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs)
      line.on?.frame(arriving.shift()?.frame ?? new Uint8Array());
  };

  for (let owner = 0; owner <= OTHERS; owner++) state.view.ships.add({}, { owner: { number: owner + 1 } });
  publication.publish();
  const joining = connect('ws://nowhere', { openLink, timers }).join(game);
  pass(ROUND_TRIP_MS);
  const out = new ByteWriter();
  writeSnapshotHead(out, tick);
  writeSnapshot(out, state, { seat: 1, team: 0, rowsOf: () => null });
  writeNoGrants(out);
  line.on?.frame(
    encodeWelcome({ seat: 1, roomId: 'room', code: '', you: '1', token: '', graceMs: 0, heard: 0, isReturn: false }),
  );
  line.on?.frame(out.take());
  arriving.length = 0;
  const room = await joining;

  let drawn = 0;
  const frame = (): void => {
    for (const ship of room.frame().ships) drawn += ship.x + ship.y + ship.heading + ship.mark;
  };
  const us: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    let tookMs = 0;
    for (let one = 0; one < BATCH; one++) {
      pass(FRAME_MS);
      if (one % 12 === 0) room.input({ thrustX: (batch % 3) - 1, thrustY: (one % 3) - 1 });
      const startMs = performance.now();
      frame();
      tookMs += performance.now() - startMs;
    }
    us.push((tookMs * 1000) / BATCH);
  }
  if (Number.isNaN(drawn)) throw new Error('a row was drawn nowhere');
  const { predictedTick, stateTick } = room.net;
  return { us, rows: [...room.view.ships].length, predictedTicks: Math.floor(predictedTick) - stateTick };
}

Object.assign(globalThis, { measureFrames: measure });
