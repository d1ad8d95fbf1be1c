/** Looking at recordings of rooms, in browsers and in Node. */
export type { EventInfo } from '../room.ts';
export type { Timers } from '../timers.ts';
export type { HistoryPoint } from './history.ts';
export type { ReplayEyes } from './reel.ts';
export { openReplay, type Replay, type ReplayAbout, type ReplayOptions } from './replay.ts';
export type { ReplayEvent } from './replay-event.ts';
