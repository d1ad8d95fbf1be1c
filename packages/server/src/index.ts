/** The public surface of @madang/server. */
export {
  createServer,
  type MadangServer,
  type ServerAddress,
  type ServerEvent,
  type ServerOptions,
} from './create-server.ts';
export { type LinkContext, PlayerLink, type Speech } from './gateways/player-link.ts';
export type { Pages } from './http/api.ts';
export { openSqliteStore } from './node/sqlite-store.ts';
export type { Clock } from './ports/clock.ts';
export type { Directory, RoomListing } from './ports/directory.ts';
export type { Gateway, GatewayContext, GatewayFactory } from './ports/gateway.ts';
export type { Random } from './ports/random.ts';
export type { Store, StoredDocument } from './ports/store.ts';
export type { Peer, Transport, TransportEvents } from './ports/transport.ts';
export type { Explanation } from './replication/explain.ts';
export type { RoomTraffic, TableTraffic } from './replication/traffic.ts';
export type { Room } from './room/room.ts';
export type { JoinWish, Rooms } from './room/rooms.ts';
export type { RoomEvent, RoomView, Said, SeatHandle, Viewer, Welcome } from './room/viewer.ts';
