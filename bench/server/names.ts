/** The servers as a reader knows them. */
import type { ServerId } from './figures.ts';

/** What a server is beside ours: a framework, or what is left of one when a single game is written by hand. */
export const GROUPS = ['Madang', 'other servers', 'floors: this one game, written by hand'] as const;

const [OURS, PEERS, FLOORS] = GROUPS;

export const SERVERS: Readonly<Record<ServerId, { readonly name: string; readonly group: (typeof GROUPS)[number] }>> = {
  madang: { name: 'Madang', group: OURS },
  'madang-socketio': { name: 'Madang (Socket.IO)', group: OURS },
  'madang-websocket': { name: 'Madang (WebSocket)', group: OURS },
  colyseus: { name: 'Colyseus 0.18', group: PEERS },
  'colyseus-quantized': { name: 'Colyseus 0.18 (16 bits)', group: PEERS },
  socketio: { name: 'Socket.IO 4', group: PEERS },
  flask: { name: 'Flask-SocketIO 5.3', group: PEERS },
  tornado: { name: 'Tornado 6.2', group: PEERS },
  'ws-send': { name: 'ws 8 (send per client)', group: FLOORS },
  'ws-framed': { name: 'ws 8 (framed once)', group: FLOORS },
  net: { name: 'Node, raw sockets', group: FLOORS },
  bun: { name: 'Bun', group: FLOORS },
};

/** Whether the server is ours, by whatever protocol. */
export function isOurs(server: ServerId): boolean {
  return SERVERS[server].group === OURS;
}
