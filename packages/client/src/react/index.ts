/** The public surface of @madang/client/react: hooks for React 18 and newer. */
export type { Watched } from './room-feed.ts';
export type { RoomState } from './room-session.ts';
export { type Identified, pick } from './rows-store.ts';
export { useConnection } from './use-connection.ts';
export { type RoomOf, useRoom } from './use-room.ts';
export { useRow, useRows } from './use-rows.ts';
