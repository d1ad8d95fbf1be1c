/** The public surface of @madang/client. */
export type { Attention } from './attention.ts';
export { type Connection, type ConnectOptions, type CreateOptions, connect, type JoinOptions } from './connection.ts';
export type { KeptSeats } from './kept-seats.ts';
export { type Link, type LinkEvents, type OpenLink, openWebSocket } from './link.ts';
export type { NetFigures } from './net-figures.ts';
export type { AskOptions, EventInfo, Room, RoomConnection, RoomDeeds } from './room.ts';
export type { Timers } from './timers.ts';
