/** The chapter "Find a game": its code is the code that runs here, against a real server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, connect } from '@madang/client';
import { type Lobby, openLobby } from '@madang/client/lobby';
import { createServer } from '@madang/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { playWithFriends } from './guide/find-a-game/friends.ts';
import { cards } from './guide/find-a-game/game.ts';
import { listTables } from './guide/find-a-game/list.ts';
import { playSomebody } from './guide/find-a-game/queue.ts';
import { until } from './support/yard.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test.each(['game.ts', 'friends.ts', 'list.ts', 'queue.ts'])('the chapter has the code of %s', (name) => {
  const code = read(`tests/guide/find-a-game/${name}`);
  expect(read('docs/guide/find-a-game.md')).toContain(`\`\`\`ts\n${code}\`\`\``);
});

test('playing with friends takes ten lines', () => {
  expect(read('tests/guide/find-a-game/friends.ts').trimEnd().split('\n').length).toBeLessThanOrEqual(10);
});

async function serve() {
  const server = createServer({ games: [cards], port: 0, hosts: ['127.0.0.1'] });
  onTestFinished(() => server.stop());
  const { url } = await server.start();
  const lobby = async (): Promise<Lobby> => {
    const opened = await openLobby(url);
    onTestFinished(() => opened.close());
    return opened;
  };
  return { server, lobby, connect: (): Connection => connect(url) };
}

describe('friends', () => {
  test('meet in a room that nobody else finds: the first opens it, the others have its code from its address', async () => {
    const { server, ...way } = await serve();
    const first = { hash: '' };
    const room = await playWithFriends(way.connect(), first);
    expect(first.hash).toMatch(/^[a-z]{5}$/u);
    const friends = await Promise.all(
      [first.hash, first.hash.toUpperCase()].map((code) => playWithFriends(way.connect(), { hash: `#${code}` })),
    );
    expect(friends.map(({ id }) => id)).toEqual([room.id, room.id]);
    await until('all three see each other', () => [...room.state.players].length === 3);
    const stranger = await way.connect().join(cards);
    expect(stranger.id).not.toBe(room.id);
    expect(server.rooms.all).toHaveLength(2);
    const [one] = friends;
    await expect(playWithFriends(way.connect(), { hash: '#zuzuz' })).rejects.toMatchObject({ code: 'ROOM_GONE' });
    await Promise.all([room, stranger, ...friends].map((each) => each.leave()));
    expect(one?.connection).toBe('closed');
  });
});

describe('a list', () => {
  test('shows the rooms that are looked for, and their changes', async () => {
    const { lobby, ...way } = await serve();
    let drawn: readonly string[] = ['nothing yet'];
    const stop = listTables(await lobby(), (lines) => {
      drawn = lines;
    });
    await until('the empty list', () => drawn.length === 0);
    await way.connect().create(cards, { options: { mode: 'calm' } });
    const wild = await way.connect().create(cards, { options: { mode: 'wild' } });
    await until('one room', () => drawn[0] === `${wild.id}: wild, 1 of 4`);
    const friend = await way.connect().join(cards, { room: wild.id });
    await until('its friend', () => drawn[0] === `${wild.id}: wild, 2 of 4`);
    expect(drawn).toHaveLength(1);
    await friend.leave();
    await until('that the friend is gone', () => drawn[0] === `${wild.id}: wild, 1 of 4`);
    stop();
  });
});

describe('the queue', () => {
  test('finds somebody, asks both, and seats them together', async () => {
    const { lobby, ...way } = await serve();
    const lines: string[] = [];
    const rooms = await Promise.all(
      [await lobby(), await lobby()].map((one) => playSomebody(one, way.connect(), (line) => lines.push(line))),
    );
    expect(new Set(rooms.map(({ id }) => id)).size).toBe(1);
    expect(rooms[0]?.state.table.mode).toBe('wild');
    expect(lines).toContain('0 of 2 are ready');
    await until('they see each other', () => rooms.every(({ state }) => [...state.players].length === 2));
  });
});
