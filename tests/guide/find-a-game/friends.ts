import type { Connection } from '@madang/client';
import { cards } from './game.ts';

export async function playWithFriends(server: Connection, address: { hash: string }) {
  const code = address.hash.slice(1);
  const isGuest = code !== '';
  const room = isGuest ? await server.join(cards, { room: code }) : await server.create(cards, { isPrivate: true });
  address.hash = room.code;
  return room;
}
