/** One link, played in virtual time: a solo run by script, and a run of two of whom one shoots. Fixed seeds. */
import { type Conditions, openWorld, type RoomOf } from '@madang/testing';
import { drift, type Seen } from './game.ts';

type Drift = ReturnType<typeof drift>;
type DriftRoom = RoomOf<Drift>;

export interface Link {
  readonly name: string;
  readonly conditions: Partial<Conditions>;
  readonly hasStalls: boolean;
}

/** Round trips, as players know them; each way has half of it, and half of the jitter, evenly drawn. */
export const LINKS: readonly Link[] = [
  link('0 ms', 0, 0),
  link('50±5 ms', 50, 5),
  link('100±20 ms', 100, 20),
  link('200±50 ms', 200, 50),
  {
    name: '100 ms, stalls',
    conditions: { roundTripMs: 100, stalls: { everyMs: 5_000, forMs: 300 } },
    hasStalls: true,
  },
];

function link(name: string, roundTripMs: number, jitterMs: number): Link {
  return { name, conditions: { roundTripMs, jitterMs }, hasStalls: false };
}

/** What a link made of the game. */
export interface Played {
  readonly correctionsPerMinute: number;
  /** Steps of 1/16 of a unit, over all frames; p99, and the most. */
  readonly visibleErrorSteps: readonly number[];
  readonly lateInputs: number;
  readonly lateAfterStart: number;
  /** From a key to the state that shows it, milliseconds, each. */
  readonly inputDelaysMs: readonly number[];
  /** How far behind the server's own time others were drawn, less the way there, milliseconds, each frame. */
  readonly remoteDelaysMs: readonly number[];
  /** Between what the server looked at for a shot and what was drawn when it was given, ticks, each. */
  readonly rewindErrorsTicks: readonly number[];
  /** Events told ahead, and those of them that were rejected. */
  readonly predictedEvents: number;
  readonly rejectedEvents: number;
}

const SEED = 20261121;
const TICK_MS = 1000 / 30;

/** Until then a client finds its time. */
const START_MS = 2_000;

export async function playLink({ conditions }: Link, playMs: number): Promise<Played> {
  const solo = await playSolo(conditions, playMs);
  const duel = await playDuel(conditions, playMs);
  return { ...solo, ...duel };
}

async function playSolo(network: Partial<Conditions>, playMs: number) {
  const visibleErrorSteps: number[] = [];
  const inputDelaysMs: number[] = [];
  const events = { told: 0, rejected: 0 };
  const late = { atStart: 0 };
  let pressed = { mark: 0, atMs: 0 };
  let joinedMs = 0;
  let room: DriftRoom | null = null;
  const world = await openWorld({
    game: drift(() => {}),
    clients: 1,
    seed: SEED,
    network,
    player: (mine, { nowMs, random }) => {
      if (room === null) {
        joinedMs = nowMs;
        mine.onState(() => {
          if (pressed.mark === 0 || mine.me?.mark !== pressed.mark) return;
          if (nowMs - joinedMs >= 0) inputDelaysMs.push(world.nowMs - pressed.atMs);
          pressed = { mark: 0, atMs: 0 };
        });
        mine.on('shot', (_, { isPredicted }) => {
          if (isPredicted) events.told++;
        });
        mine.onReject('shot', () => events.rejected++);
      }
      room = mine;
      mine.frame();
      if (nowMs - joinedMs < START_MS) late.atStart = mine.net.lateInputs;
      else visibleErrorSteps.push(mine.net.visibleErrorSteps);
      if (!random.chance(0.06)) return;
      const mark = 1 + random.below(65_000);
      const isMeasured = pressed.mark === 0 && nowMs - joinedMs >= START_MS;
      mine.input({ thrustX: random.below(3) - 1, thrustY: random.below(3) - 1, fire: random.chance(0.2), mark });
      pressed = isMeasured ? { mark, atMs: nowMs } : { mark: 0, atMs: 0 };
    },
  });
  await world.advance(START_MS + playMs);
  const net = roomOf(room).net;
  await world.close();
  return {
    correctionsPerMinute: net.corrections / ((START_MS + playMs) / 60_000),
    visibleErrorSteps,
    lateInputs: net.lateInputs,
    lateAfterStart: net.lateInputs - late.atStart,
    inputDelaysMs,
    predictedEvents: events.told,
    rejectedEvents: events.rejected,
  };
}

async function playDuel(network: Partial<Conditions>, playMs: number) {
  const remoteDelaysMs: number[] = [];
  /** By seat and tick: how far behind its own tick a player drew others. */
  const drawnBehind = new Map<string, number>();
  const rewindErrorsTicks: number[] = [];
  const seen: Seen = (seat, tick, atTick) => {
    const behind = drawnBehind.get(`${seat} ${tick}`);
    if (behind !== undefined) rewindErrorsTicks.push(Math.abs(tick - atTick - behind));
  };
  const oneWayMs = (network.roundTripMs ?? 0) / 2;
  const world = await openWorld({
    game: drift(seen),
    clients: 2,
    seed: SEED + 1,
    network,
    player: (room, { nowMs, random }) => {
      room.frame();
      const { viewTick, predictedTick } = room.net;
      // For the next tick, which is where an input that is given now goes.
      drawnBehind.set(`${room.seat} ${Math.floor(predictedTick) + 1}`, predictedTick - viewTick);
      const server = world.server.rooms.get(room.id);
      if (nowMs > 2 * START_MS && server !== undefined) {
        remoteDelaysMs.push((server.position - viewTick) * TICK_MS - oneWayMs);
      }
      if (random.chance(0.06)) {
        room.input({ thrustX: random.below(3) - 1, thrustY: random.below(3) - 1, fire: random.chance(0.3) });
      }
    },
  });
  await world.advance(2 * START_MS);
  rewindErrorsTicks.length = 0;
  await world.advance(playMs);
  await world.close();
  return { remoteDelaysMs, rewindErrorsTicks };
}

function roomOf(room: DriftRoom | null): DriftRoom {
  if (room === null) throw new Error('nobody joined');
  return room;
}
