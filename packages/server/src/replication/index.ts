/** Replication by itself: a state, and what each viewer of it is sent. For measurements and for transports of one's own. */
export { Replication, type ReplicationOptions } from './replication.ts';
export type { SeatView, ViewSeat } from './seat-view.ts';
