/** The public surface of @madang/testing. */
export { seededRandom, VirtualClock } from '@madang/server/memory';
export { ParticipantClock, type ParticipantClockOptions } from './clock/participant-clock.ts';
export type { FaultKind, Faults } from './faults/fault-plan.ts';
export {
  type CallFate,
  type CallPlan,
  type FaultyOptions,
  failsAt,
  failsByChance,
  faulty,
  PortFault,
} from './faults/faulty.ts';
export type { ClientNetwork } from './network/client-network.ts';
export type { Conditions } from './network/conditions.ts';
export { type DatagramLane, datagramLane } from './network/datagram-lane.ts';
export type { LineEvent } from './network/line.ts';
export type { NodeTransport } from './network/node-transport.ts';
export type { LaneOptions } from './network/ordered-lane.ts';
export { type NetworkOptions, SeededNetwork } from './network/seeded-network.ts';
export type { Player, PlayerFunction, PlayMoment, RoomOf, ScriptLine } from './players/player.ts';
export { replay, type SimulateOptions, type SimulationResult, seeds, simulate } from './simulate.ts';
export { SimulationFailure } from './simulation-failure.ts';
export type { ClientState, SimulatedClient } from './world/simulated-client.ts';
export type { SimulatedNode } from './world/simulated-node.ts';
export { Violation } from './world/violation.ts';
export { openWorld, type World } from './world/world.ts';
export type { Checked, WorldOptions } from './world/world-options.ts';
