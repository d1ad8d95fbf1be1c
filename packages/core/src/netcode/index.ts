/** Netcode: inputs by tick, clocks, and the past. Pure: time and chance arrive as arguments. */
export { type Between, between, presentOf } from './between.ts';
export { DrawnColumn } from './drawn-column.ts';
export { INPUTS_AHEAD_MAX, InputTimeline } from './input-timeline.ts';
export { PastTableView } from './past-table.ts';
export { type EstimateOptions, RunningEstimate } from './running-estimate.ts';
export { SteeredClock } from './steered-clock.ts';
export { type Ahead, PROVISIONAL_ID, type RowAt, TableAt } from './table-at.ts';
export { TableHistory, type TableMoment } from './table-history.ts';
export { isPromise, NO_POWERS, type RoomPowers, type RulesHost, TickRules } from './tick-rules.ts';
export { ToldHistory } from './told-history.ts';
