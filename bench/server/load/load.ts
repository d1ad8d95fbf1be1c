/** The players' process: carries out one order after the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOrders } from '../../children.ts';
import { Crowd } from './crowd.ts';
import type { LoadChurned, LoadJoined, LoadLeft, LoadOrder, LoadReading, LoadReset, LoadStart } from './orders.ts';
import { spreadOf } from './spacings.ts';

const JOINS_DEADLINE_MS = 120_000;
/** Setbacks beyond which something is wrong. */
const SETBACKS_MAX = 1_000;
const AFTER_SETBACK_MS = 200;
const CHURN_TURN_MS = 5;
/** How long those who came last may take once the others have stopped coming. */
const CHURN_REST_MS = 3_000;

const crowd = new Crowd(JSON.parse(process.argv[2] ?? '') as LoadStart);

answerOrders<LoadOrder>(carryOut);

async function carryOut(order: LoadOrder): Promise<LoadJoined | LoadLeft | LoadReset | LoadReading | LoadChurned> {
  switch (order.order) {
    case 'join':
      return await join(order);
    case 'leave':
      return leave(order.players);
    case 'churn':
      return await churn(order);
    case 'reset':
      crowd.reset();
      return { players: crowd.size };
    case 'read':
      return crowd.read();
  }
}

async function join({ players, atOnce, isWatching }: Extract<LoadOrder, { order: 'join' }>): Promise<LoadJoined> {
  const startedAtMs = performance.now();
  const waitsMs: number[] = [];
  let started = 0;
  let setbacks = 0;
  let cancelDeadline: NodeJS.Timeout | undefined;
  const failure = await new Promise<string | null>((resolve) => {
    cancelDeadline = setTimeout(() => resolve('joining took too long'), JOINS_DEADLINE_MS);
    const beginOne = (): void => {
      if (started === players) return;
      started++;
      come();
    };
    const come = (): void =>
      crowd.add(isWatching, {
        playing(waitMs) {
          waitsMs.push(waitMs);
          if (waitsMs.length === players) resolve(null);
          else beginOne();
        },
        failed(why) {
          if (++setbacks > SETBACKS_MAX) resolve(why);
          else setTimeout(come, AFTER_SETBACK_MS);
        },
      });
    for (let i = 0; i < atOnce; i++) beginOne();
    if (players === 0) resolve(null);
  });
  clearTimeout(cancelDeadline);
  const seconds = (performance.now() - startedAtMs) / 1000;
  return { seconds, setbacks, waitsMs: waitsMs.sort((a, b) => a - b), failure };
}

function leave(players: number): LoadLeft {
  let left = 0;
  while (left < players && crowd.removeOne()) left++;
  return { left };
}

async function churn({ perSecond, seconds }: Extract<LoadOrder, { order: 'churn' }>): Promise<LoadChurned> {
  const startedAtMs = performance.now();
  const waitsMs: number[] = [];
  let begun = 0;
  let leaves = 0;
  let failures = 0;
  const beginOne = (): void => {
    begun++;
    if (crowd.removeOne()) leaves++;
    crowd.add(false, { playing: (waitMs) => waitsMs.push(waitMs), failed: () => failures++ });
  };
  while (begun < perSecond * seconds) {
    const due = Math.min(seconds, (performance.now() - startedAtMs) / 1000) * perSecond;
    while (begun < due) beginOne();
    await sleep(CHURN_TURN_MS);
  }
  const restUntilMs = performance.now() + CHURN_REST_MS;
  while (waitsMs.length + failures < begun && performance.now() < restUntilMs) await sleep(CHURN_TURN_MS);
  const joins = waitsMs.length;
  return { joins, leaves, failures: begun - joins, waits: spreadOf(waitsMs.sort((a, b) => a - b)) };
}
