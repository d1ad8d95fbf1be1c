/** The public surface of @madang/server. */
export {
  createServer,
  type MadangServer,
  type ServerAddress,
  type ServerEvent,
  type ServerOptions,
} from './create-server.ts';
export { DEFAULT_LIMITS, type Limits } from './gateways/limits.ts';
export { type LinkContext, PlayerLink, type Speech } from './gateways/player-link.ts';
export type { Pages } from './http/api.ts';
export { BAD_HANDSHAKE, refusalOf, refuseRequest, refuseSocket } from './http/refusal.ts';
export { type Ban, type BanList, type BanTarget, MemoryBanList } from './identity/bans.ts';
export type { Guest } from './identity/guests.ts';
export type {
  IdentityOptions,
  PublicKeyOptions,
  RemoteKeyOptions,
  SecretKeyOptions,
  TokenOptions,
} from './identity/identity.ts';
export type { PublicAlgorithm, SecretAlgorithm } from './identity/keys.ts';
export type { User, VerifiedUser } from './identity/user.ts';
export type { Counters } from './node/counters.ts';
export { GuardedWebSocketServer, tooLongYet, type WebSocketGuard } from './node/guarded-web-sockets.ts';
export { openSqliteStore } from './node/sqlite-store.ts';
export type { Clock } from './ports/clock.ts';
export type { Directory, RoomListing } from './ports/directory.ts';
export type { DoorRefusal, Gateway, GatewayContext, GatewayFactory, Visitor } from './ports/gateway.ts';
export type { Random } from './ports/random.ts';
export type { RoomQuery, RoomSort } from './ports/room-query.ts';
export type { Store, StoredDocument } from './ports/store.ts';
export type { Peer, Transport, TransportEvents } from './ports/transport.ts';
export type { Explanation } from './replication/explain.ts';
export type { RoomTraffic, TableTraffic } from './replication/traffic.ts';
export type { Room } from './room/room.ts';
export type { JoinWish, Rooms } from './room/rooms.ts';
export type { RoomEvent, RoomView, Said, SeatHandle, Viewer } from './room/viewer.ts';
