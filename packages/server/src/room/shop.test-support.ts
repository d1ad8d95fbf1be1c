/** A room of a shop in which two people play, and ways to look at what becomes of them. */
import { choice, defineGame, type Game, GameError, record, refuse, request, table, text, u8, u16 } from '@madang/core';
import { expect } from 'vitest';
import { host, Witness } from './room.test-support.ts';
import type { JoinWish } from './rooms.ts';
import type { SeatHandle } from './viewer.ts';

export const GRACE_MS = 1_000;

/** A shop on a line: walkers with purses, who buy things. What its hooks are told is kept in `hooks`. */
export function shop(more: Partial<Game> = {}) {
  const hooks: string[] = [];
  const told = (hook: string) => (_room: unknown, seat: { readonly name: string; readonly isDropped: boolean }) =>
    void hooks.push(`${hook} ${seat.name}`);
  const game = defineGame({
    name: 'shop',
    tickRateHz: 10,
    seats: 3,
    state: {
      people: table({ x: u16, name: text(64), coins: u16.visibleTo('owner') }),
      world: record({ bought: u16 }),
    },
    input: { dir: choice('none', 'right') },
    commands: { buy: request({ item: u8 }, { coins: u16 }), steal: request({}, {}) },
    events: { sold: { item: u8 } },
    avatars: 'people',
    hostMay: ['kick', 'lock', 'pass'],
    join(room, seat) {
      hooks.push(`join ${seat.name}`);
      room.state.people.add({ name: seat.name, coins: 100 }, { owner: seat });
    },
    drop: told('drop'),
    return: told('return'),
    leave: told('leave'),
    control(me, { dir }) {
      if (dir === 'right') me.x += 1;
    },
    on: {
      buy(room, seat, { item }) {
        const me = room.state.people.ownedBy(seat);
        if (me === undefined || me.coins < item) return refuse('you cannot pay for it');
        me.coins -= item;
        room.state.world.bought += 1;
        room.emit('sold', { item });
        return { coins: me.coins };
      },
      steal: () => refuse('no'),
    },
  });
  return { game: { ...game, ...more } as unknown as Game, hooks };
}

/** A room of the shop in which Ann plays, and Ben watches what happens to her. */
export function playing(more: Partial<Game> = {}) {
  const { game, hooks } = shop(more);
  const made = host([game], { graceMs: GRACE_MS });
  const { rooms, clock } = made;
  const join = (wish: JoinWish, witness = new Witness()) => ({ witness, seat: rooms.join(wish, witness) });
  const back = (token: unknown, wish: JoinWish = {}) => join({ way: 'return', room: token, ...wish });
  const ann = join({ name: 'Ann' });
  const ben = join({ name: 'Ben' });
  clock.advance(100);
  hooks.length = 0;
  const [room] = rooms.all;
  if (room === undefined) throw new Error('the room is open');
  return { ...made, room, hooks, join, back, ann, ben };
}

type People = Record<string, { x: number; coins?: number }>;

export const peopleOf = (witness: Witness): People => witness.state.people as People;
export const tokenOf = ({ welcomed }: Witness): string => welcomed?.token ?? '';

/** As the native gateway asks: once for each number, whatever becomes of it. */
export function ask(seat: SeatHandle, number: number, command = 'buy', payload: object = { item: 1 }, key = ''): void {
  if (!seat.hears(number)) return;
  try {
    seat.command(command, payload, number, key);
  } catch (error) {
    if (!(error instanceof GameError)) throw error;
    seat.refuse(number, error);
  }
}

export const replied = (number: number, coins: number) => ({
  number,
  answer: { kind: 'reply', command: 'buy', reply: { coins } },
});

export const refused = (code: string): unknown => expect.objectContaining({ code });
