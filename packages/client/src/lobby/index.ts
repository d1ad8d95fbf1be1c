/** The public surface of @madang/client/lobby. */
export { type Lobby, type LobbyConnection, type LobbyOptions, openLobby } from './lobby.ts';
export { openLobbySocket } from './lobby-socket.ts';
export type { Party } from './party-desk.ts';
export type { AboutOf, ListedRoom, RoomQuery, RoomSort } from './room-list.ts';
export type { Matched, Progress, Proposal, QueueOptions, Search } from './search.ts';
