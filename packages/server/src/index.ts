/** The public surface of @madang/server. */
export type { BoardOptions, BoardPart, BoardRows, Boards } from './boards/boards.ts';
export type { Period } from './boards/period.ts';
export {
  createServer,
  type MadangServer,
  type ServerAddress,
  type ServerEvent,
  type ServerOptions,
} from './create-server.ts';
export { DEFAULT_LIMITS, type Limits } from './gateways/limits.ts';
export { type LinkContext, PlayerLink } from './gateways/player-link.ts';
export type { MoreSpeech, Speech } from './gateways/speech.ts';
export type { Pages } from './http/api.ts';
export type { DocumentAccess } from './http/me-api.ts';
export { BAD_HANDSHAKE, refusalOf, refuseRequest, refuseSocket } from './http/refusal.ts';
export { type Ban, type BanList, type BanTarget, MemoryBanList } from './identity/bans.ts';
export { guestSecret } from './identity/guest-secret.ts';
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
export type { RecordingLimits } from './journal/housekeeping.ts';
export { type Resimulation, resimulate } from './journal/resimulate.ts';
export type { Counters } from './node/counters.ts';
export {
  GuardedWebSocketServer,
  type MessageListener,
  tooLongYet,
  type WebSocketGuard,
} from './node/guarded-web-sockets.ts';
export type { SqliteOptions } from './node/sqlite/sqlite-database.ts';
export type { SqliteAlarm } from './node/sqlite/sqlite-messages.ts';
export { openSqliteJournal, type SqliteJournal } from './node/sqlite-journal.ts';
export { openSqliteStore, type SqliteStore } from './node/sqlite-store.ts';
export { framed } from './node/ws-frame.ts';
export type { Clock } from './ports/clock.ts';
export type { Directory, RoomListing } from './ports/directory.ts';
export type { DoorRefusal, Gateway, GatewayContext, GatewayFactory, Visitor } from './ports/gateway.ts';
export type {
  Journal,
  JournalCommit,
  JournalEnd,
  JournalEntry,
  JournaledRoom,
  RecordingPlace,
} from './ports/journal.ts';
export type { Random } from './ports/random.ts';
export type { RoomQuery, RoomSort } from './ports/room-query.ts';
export type {
  Account,
  Accounts,
  AuditEntry,
  AuditLog,
  AuditRecord,
  BoardKey,
  Device,
  DocumentPlace,
  Documents,
  KeptScore,
  Leaderboards,
  ListedDocument,
  MatchLog,
  PlayerDocuments,
  Sanction,
  SanctionLog,
  Score,
  Standing,
  Store,
  StoredDocument,
  StoredMatch,
  StoredTeam,
} from './ports/store.ts';
export { StoreError, type StoreErrorKind } from './ports/store-error.ts';
export type { OpenPeer, Peer, PeerEvents, Transport } from './ports/transport.ts';
export type { Explanation } from './replication/explain.ts';
export type { RoomTraffic, TableTraffic } from './replication/traffic.ts';
export type { Room } from './room/room.ts';
export type { JoinWish, Rooms, Unreadable } from './room/rooms.ts';
export type { RoomEvent, RoomView, Said, SeatHandle, Viewer } from './room/viewer.ts';
