/** The riders' process: begins all rides, then carries out one order after the other. */
import type { ServerId } from '../figures.ts';
import type { RidersOrder, RidersReading, RidersStart } from '../load/orders.ts';
import { spreadOf } from '../load/spacings.ts';
import { rideColyseus } from './colyseus-ride.ts';
import { rideFloor } from './floor-ride.ts';
import { rideMadang } from './madang-ride.ts';
import { Rider } from './rider.ts';
import type { BeginRide } from './riding.ts';
import { rideSocketIo } from './socketio-ride.ts';
import { rideText } from './text-ride.ts';

const RIDES: Readonly<Record<ServerId, BeginRide>> = {
  madang: rideMadang,
  'madang-socketio': rideSocketIo,
  'madang-websocket': rideText,
  colyseus: rideColyseus,
  'colyseus-quantized': rideColyseus,
  socketio: rideSocketIo,
  flask: rideSocketIo,
  tornado: rideText,
  'ws-send': rideFloor,
  'ws-framed': rideFloor,
  net: rideFloor,
  bun: rideFloor,
};

const BEGIN_DEADLINE_MS = 20_000;

const start = JSON.parse(process.argv[2] ?? '') as RidersStart;
const riders = Array.from({ length: start.riders }, () => new Rider(fail));

process.on('message', ({ order }: RidersOrder) => {
  if (order === 'reset') for (const rider of riders) rider.reset();
  process.send?.(read());
});
process.on('disconnect', () => process.exit());

const deadline = setTimeout(() => fail('no seat in time'), BEGIN_DEADLINE_MS);
await Promise.all(riders.map((rider) => rider.begin(RIDES[start.server], start)));
clearTimeout(deadline);
process.send?.({ ready: true });

function read(): RidersReading {
  const ridden = riders.map((rider) => rider.ridden);
  const sum = (of: 'updates' | 'moves' | 'rightMoves'): number => ridden.reduce((total, one) => total + one[of], 0);
  const roundTripsMs = ridden.flatMap((one) => one.roundTripsMs).sort((a, b) => a - b);
  return {
    updates: sum('updates'),
    rightShare: sum('moves') === 0 ? null : sum('rightMoves') / sum('moves'),
    roundTrip: roundTripsMs.length === 0 ? null : { ...spreadOf(roundTripsMs), samples: roundTripsMs.length },
  };
}

/** Without all its riders a run says nothing about what players get. */
function fail(why: string): void {
  console.error(`a rider at ${start.server} was lost: ${why}`);
  process.exit(1);
}
