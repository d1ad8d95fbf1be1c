/** The public surface of @madang/client. */
export { connect, type Connection, type ConnectOptions, type JoinOptions } from './connection.ts';
export type { Link, LinkEvents, OpenLink } from './link.ts';
export type { Room } from './room.ts';
export type { Timers } from './timers.ts';
