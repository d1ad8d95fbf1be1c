/** The public surface of @madang/client. */
export { type Connection, type ConnectOptions, connect, type JoinOptions } from './connection.ts';
export { type Link, type LinkEvents, type OpenLink, openWebSocket } from './link.ts';
export type { Room } from './room.ts';
export type { Timers } from './timers.ts';
