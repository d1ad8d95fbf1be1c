/**
 * One direction of a lane that promises nothing, as UDP, WebRTC's unordered channels and WebTransport's datagrams are:
 * what is lost is gone, jitter lets a later message overtake an earlier one, and some arrive twice.
 */
import type { LaneOptions } from './ordered-lane.ts';

export type DatagramLane = (data: Uint8Array) => void;

/** Answers what sends one datagram. Each is copied, and belongs to the receiver when it arrives. */
export function datagramLane(options: LaneOptions, deliver: (data: Uint8Array) => void): DatagramLane {
  const { clock, random, conditions, stallEndMs } = options;
  const sendOnce = (data: Uint8Array): void => {
    const { roundTripMs, jitterMs, lossPercent, isDown } = conditions();
    const wayMs = Math.max(0, roundTripMs / 2 + (random.float() - 0.5) * jitterMs);
    if (random.chance(lossPercent / 100) || isDown) return;
    const nowMs = clock.nowMs();
    clock.after(stallEndMs(nowMs + wayMs) - nowMs, () => deliver(data));
  };
  return (data) => {
    sendOnce(data.slice());
    if (random.chance(conditions().duplicatePercent / 100)) sendOnce(data.slice());
  };
}
