/** Coming back to a seat: whose it is, what is found there, and what becomes of what was asked meanwhile. */
import { choice, defineGame, type Game, GameError, record, refuse, request, table, text, u8, u16 } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { host, Witness } from './room.test-support.ts';
import type { JoinWish } from './rooms.ts';
import type { SeatHandle } from './viewer.ts';

const GRACE_MS = 1_000;

/** A shop on a line: walkers with purses, who buy things. What its hooks are told is kept in `hooks`. */
function shop(more: Partial<Game> = {}) {
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
function playing(more: Partial<Game> = {}) {
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

const peopleOf = (witness: Witness): People => witness.state.people as People;
const tokenOf = ({ welcomed }: Witness): string => welcomed?.token ?? '';

/** As the native gateway asks: once for each number, whatever becomes of it. */
function ask(seat: SeatHandle, number: number, command = 'buy', payload: object = { item: 1 }, key = ''): void {
  if (!seat.hears(number)) return;
  try {
    seat.command(command, payload, number, key);
  } catch (error) {
    if (!(error instanceof GameError)) throw error;
    seat.refuse(number, error);
  }
}

const replied = (number: number, coins: number) => ({
  number,
  answer: { kind: 'reply', command: 'buy', reply: { coins } },
});

const refused = (code: string) => expect.objectContaining({ code });

describe('a player whose line broke', () => {
  test('comes back to its own seat, its row and what only it may see, and is told that it is back', () => {
    const { clock, back, ann, ben } = playing();
    ann.seat.input({ dir: 'right' });
    clock.advance(300);
    ask(ann.seat, 1, 'buy', { item: 30 });
    clock.advance(100);
    ann.seat.drop();
    clock.advance(500);
    const again = back(tokenOf(ann.witness));
    expect(again.witness.welcomed).toBeNull();
    clock.advance(100);
    const { seat, you, roomId } = ann.witness.welcomed ?? {};
    expect(again.witness.welcomed).toMatchObject({ seat, you, roomId, graceMs: GRACE_MS, heard: 1, isReturn: true });
    expect(peopleOf(again.witness)[1]).toMatchObject({ x: 4, coins: 70 });
    expect(peopleOf(ben.witness)[1]).not.toHaveProperty('coins');
  });

  test('holds nothing while it is away, and nothing when it is back', () => {
    const { clock, back, ann, ben } = playing();
    ann.seat.input({ dir: 'right' });
    clock.advance(200);
    const x = peopleOf(ben.witness)[1]?.x;
    ann.seat.drop();
    clock.advance(400);
    expect(peopleOf(ben.witness)[1]?.x).toBe(x);
    const again = back(tokenOf(ann.witness));
    clock.advance(400);
    expect(peopleOf(ben.witness)[1]?.x).toBe(x);
    again.seat.input({ dir: 'right' });
    clock.advance(100);
    expect(peopleOf(ben.witness)[1]?.x).toBe((x ?? 0) + 1);
  });

  test('is not told, when it is back, of inputs that its line before had sent', () => {
    const { clock, back, ann } = playing();
    ann.seat.inputAt({ tick: 1, seenTick: 1, viewDelayTicks: 1, input: { dir: 'right' } });
    const again = back(tokenOf(ann.witness));
    clock.advance(1_000);
    expect(again.witness.reports).toEqual([]);
  });

  test('is shown to the others as away, and as here again', () => {
    const { clock, back, ann, ben } = playing();
    const isDropped = () => ben.witness.peopleTold.at(-1)?.here.find(({ id }) => id === 1)?.isDropped;
    ann.seat.drop();
    clock.advance(100);
    expect(isDropped()).toBe(true);
    back(tokenOf(ann.witness));
    clock.advance(100);
    expect(isDropped()).toBe(false);
    expect(ben.witness.peopleTold.flatMap(({ gone }) => gone)).toEqual([]);
  });

  test('that comes back is told of all who are here and of what happens from now on, not of what it missed', () => {
    const { clock, back, ann, ben } = playing();
    ann.seat.drop();
    clock.advance(100);
    ask(ben.seat, 1, 'buy', { item: 1 });
    clock.advance(100);
    const again = back(tokenOf(ann.witness));
    ask(ben.seat, 2, 'buy', { item: 2 });
    clock.advance(200);
    expect(again.witness.events.map(({ payload }) => payload)).toEqual([{ item: 2 }]);
    const [people] = again.witness.peopleTold;
    expect(people).toMatchObject({ isWhole: true, here: expect.any(Array), gone: [] });
    expect(people?.here.map(({ name }) => name).sort()).toEqual(['Ann', 'Ben']);
  });

  test('is known to the game by drop and return, and by leave once its time is over', () => {
    const { clock, back, hooks, ann } = playing();
    ann.seat.drop();
    clock.advance(100);
    expect(hooks).toEqual(['drop Ann']);
    clock.advance(800);
    const again = back(tokenOf(ann.witness));
    clock.advance(GRACE_MS);
    expect(hooks).toEqual(['drop Ann', 'return Ann']);
    again.seat.drop();
    clock.advance(GRACE_MS + 100);
    expect(hooks).toEqual(['drop Ann', 'return Ann', 'drop Ann', 'leave Ann']);
  });

  test('does not come back once its time is over: SEAT_GONE, and others have its place', () => {
    const { clock, rooms, back, join, ann, ben } = playing();
    ann.seat.drop();
    clock.advance(GRACE_MS);
    expect(() => back(tokenOf(ann.witness))).toThrow(refused('SEAT_GONE'));
    clock.advance(100);
    expect(() => back(tokenOf(ann.witness))).toThrow(refused('SEAT_GONE'));
    expect(peopleOf(ben.witness)).not.toHaveProperty('1');
    for (const name of ['Cho', 'Dan']) join({ name });
    clock.advance(100);
    expect(rooms.all.map(({ taken }) => taken)).toEqual([3]);
  });

  test('comes back into a room that is full and locked, since its seat is held', () => {
    const { clock, room, back, join, ann } = playing();
    join({ room: room.id, name: 'Cho' });
    expect(() => join({ room: room.id, name: 'Dan' })).toThrow(refused('ROOM_FULL'));
    ann.seat.deed({ do: 'lock', is: true }, 0);
    clock.advance(100);
    ann.seat.drop();
    expect(() => join({ room: room.id, name: 'Dan' })).toThrow(refused('ROOM_LOCKED'));
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    expect(again.witness.welcomed).toMatchObject({ seat: 1, isReturn: true });
    expect(room.taken).toBe(3);
  });

  test('does not come back to a room that has ended, and no token outlives it', () => {
    const { clock, rooms, room, back, ann, ben } = playing();
    ann.seat.drop();
    room.close(new GameError('ROOM_CLOSED', 'over', { roomId: room.id, reason: 'over' }));
    expect(ben.witness.ended).toMatchObject({ code: 'ROOM_CLOSED' });
    for (const { witness } of [ann, ben]) expect(() => back(tokenOf(witness))).toThrow(refused('SEAT_GONE'));
    expect(clock.pending).toBe(0);
    rooms.stop();
    expect(() => back(tokenOf(ann.witness))).toThrow(refused('SERVER_STOPPING'));
  });

  test('does not come back after it left or was sent out', () => {
    const { clock, back, ann, ben } = playing();
    ann.seat.deed({ do: 'kick', who: 2 }, 0);
    clock.advance(100);
    expect(ben.witness.ended).toMatchObject({ code: 'KICKED' });
    ann.seat.leave();
    for (const { witness } of [ann, ben]) expect(() => back(tokenOf(witness))).toThrow(refused('SEAT_GONE'));
    clock.advance(100);
    for (const { witness } of [ann, ben]) expect(() => back(tokenOf(witness))).toThrow(refused('SEAT_GONE'));
  });

  test('may be sent out while it is away', () => {
    const { clock, room, back, hooks, ann, ben } = playing();
    ben.seat.drop();
    clock.advance(100);
    ann.seat.deed({ do: 'kick', who: 2 }, 0);
    clock.advance(200);
    expect(() => back(tokenOf(ben.witness))).toThrow(refused('SEAT_GONE'));
    expect(hooks).toEqual(['drop Ben', 'leave Ben']);
    expect(room.taken).toBe(1);
    clock.advance(GRACE_MS);
    expect(hooks).toEqual(['drop Ben', 'leave Ben']);
  });

  test('before it was told how to come back is not held: nobody could', () => {
    const { clock, room, join } = playing({ sendRateHz: 2 });
    const cho = join({ name: 'Cho' });
    clock.advance(100);
    expect(cho.witness.welcomed).toBeNull();
    expect(room.taken).toBe(3);
    cho.seat.drop();
    clock.advance(100);
    expect(room.taken).toBe(2);
  });

  test('on a gateway whose clients cannot come back gets no token and is not held', () => {
    const { clock, room, hooks, join } = playing();
    const cho = join({ name: 'Cho' }, new Witness(false));
    clock.advance(100);
    expect(cho.witness.welcomed).toMatchObject({ token: '', graceMs: 0 });
    cho.seat.drop();
    clock.advance(100);
    expect(hooks).toEqual(['join Cho', 'leave Cho']);
    expect(room.taken).toBe(2);
  });
});

describe('between two ticks', () => {
  test('a line that breaks and is back is known to the game by both', () => {
    const { clock, back, hooks, ann } = playing();
    ann.seat.drop();
    back(tokenOf(ann.witness));
    clock.advance(100);
    expect(hooks).toEqual(['drop Ann', 'return Ann']);
  });

  test('a line that breaks, is back and leaves is known to the game by leave alone', () => {
    const { clock, room, back, hooks, ann } = playing();
    ann.seat.drop();
    back(tokenOf(ann.witness)).seat.leave();
    clock.advance(100);
    expect(hooks).toEqual(['leave Ann']);
    expect(room.taken).toBe(1);
  });

  test('whatever lines do, the game hears of a seat in order, one line has it, and no timer is left', () => {
    const anyStep = fc.constantFrom('drop', 'return', 'return with the token before', 'leave', 'tick', 'grace');
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 25 }), (steps) => {
        const { clock, rooms, hooks, back, ann } = playing();
        hooks.push('join Ann');
        const lines = [ann];
        const tokens = [tokenOf(ann.witness)];
        for (const step of steps) {
          const line = lines.at(-1) ?? ann;
          if (step === 'drop') line.seat.drop();
          else if (step === 'leave') line.seat.leave();
          else if (step === 'tick') clock.advance(100);
          else if (step === 'grace') clock.advance(GRACE_MS);
          else {
            try {
              lines.push(back(tokens.at(step === 'return' ? -1 : -2)));
            } catch (error) {
              expect(error).toMatchObject({ code: 'SEAT_GONE' });
            }
          }
          const newest = lines.at(-1)?.witness.welcomed?.token;
          if (newest !== undefined && newest !== tokens.at(-1)) tokens.push(newest);
          // Of all lines but the newest, each was told that it was replaced, unless it had broken before.
          for (const { witness } of lines.slice(0, -1)) expect([undefined, 'REPLACED']).toContain(witness.ended?.code);
        }
        clock.advance(100);
        const story = hooks.filter((hook) => hook.endsWith('Ann')).join(', ');
        expect(story).toMatch(/^join Ann(, drop Ann, return Ann)*(, drop Ann)?(, leave Ann)?$/);
        rooms.stop();
        expect(clock.pending).toBe(0);
      }),
    );
  });
});

describe('[AU08] two lines of one seat', () => {
  test('the newest has it; the other is told REPLACED, and what it sends later does nothing', () => {
    const { clock, room, hooks, back, ann, ben } = playing();
    const again = back(tokenOf(ann.witness));
    expect(ann.witness.ended).toMatchObject({ code: 'REPLACED' });
    ann.seat.input({ dir: 'right' });
    ann.seat.inputAt({ tick: room.tick + 1, seenTick: room.tick, viewDelayTicks: 0, input: { dir: 'right' } });
    ann.seat.say('still me');
    ask(ann.seat, 1);
    ann.seat.deed({ do: 'lock', is: true }, 2);
    ann.seat.confirm();
    ann.seat.leave();
    ann.seat.drop();
    clock.advance(GRACE_MS + 200);
    expect(hooks).toEqual([]);
    expect(again.witness.ended).toBeNull();
    expect(again.witness.welcomed).toMatchObject({ seat: 1, heard: 0, isReturn: true });
    expect(peopleOf(ben.witness)[1]?.x).toBe(0);
    expect(ben.witness.heard).toEqual([]);
    expect(ben.witness.state.world).toEqual({ bought: 0 });
    expect(room.listing.isLocked).toBe(false);
    expect(room.taken).toBe(2);
  });

  test('that come back in one tick: the last has it, and only it is welcomed', () => {
    const { clock, back, ann } = playing();
    ann.seat.drop();
    const [first, last] = [back(tokenOf(ann.witness)), back(tokenOf(ann.witness))];
    clock.advance(100);
    expect(first.witness.ended).toMatchObject({ code: 'REPLACED' });
    expect(first.witness.welcomed).toBeNull();
    expect(last.witness.welcomed).toMatchObject({ seat: 1 });
  });

  test('the stolen token of somebody with an identity is good for nobody else, and the owner plays on', () => {
    const { clock, join, back } = playing();
    const user = (id: string) => ({ id, name: null, roles: [] });
    const cho = join({ name: 'Cho', user: user('cho') });
    clock.advance(100);
    const token = tokenOf(cho.witness);
    for (const thief of [null, user('dan')]) {
      expect(() => back(token, { user: thief })).toThrow(refused('FORBIDDEN'));
    }
    expect(cho.witness.ended).toBeNull();
    cho.seat.drop();
    expect(() => back(token, { user: user('dan') })).toThrow(refused('FORBIDDEN'));
    const again = back(token, { user: user('cho') });
    clock.advance(100);
    expect(again.witness.welcomed).toMatchObject({ isReturn: true });
  });
});

describe('the token of a seat', () => {
  test('[AU07] that was used is good for nothing once the player has shown that it has the next', () => {
    const { clock, back, ann } = playing();
    const first = tokenOf(ann.witness);
    const again = back(first);
    clock.advance(100);
    expect(tokenOf(again.witness)).not.toBe(first);
    again.seat.confirm();
    expect(() => back(first)).toThrow(refused('SEAT_GONE'));
    expect(again.witness.ended).toBeNull();
    back(tokenOf(again.witness));
    expect(again.witness.ended).toMatchObject({ code: 'REPLACED' });
  });

  test('is good again where the welcome with the next one was lost on its way', () => {
    const { clock, back, ann } = playing();
    const first = tokenOf(ann.witness);
    for (let i = 0; i < 5; i++) {
      const lost = back(first);
      clock.advance(100);
      lost.seat.drop();
      clock.advance(300);
    }
    const again = back(first);
    clock.advance(100);
    expect(again.witness.welcomed).toMatchObject({ seat: 1, isReturn: true });
  });

  test('[AU07] that never arrived is good for nothing once another one did', () => {
    const { clock, back, ann } = playing();
    const first = tokenOf(ann.witness);
    const lost = back(first);
    clock.advance(100);
    lost.seat.drop();
    const again = back(first);
    clock.advance(100);
    again.seat.confirm();
    for (const token of [first, tokenOf(lost.witness)]) expect(() => back(token)).toThrow(refused('SEAT_GONE'));
    back(tokenOf(again.witness));
  });

  test('[AU09] is nothing that others know: no name, number or id leads to anybody’s seat', () => {
    const { room, join, clock, back, ann } = playing();
    const user = { id: 'cho', name: null, roles: [] };
    const cho = join({ name: 'Cho', user });
    clock.advance(100);
    const known = ['1', 1, 'seat-1', ann.witness.welcomed?.you, 'Ann', room.id, `${room.id}1`, 'cho', '', null];
    for (const one of known) {
      for (const who of [null, user]) expect(() => back(one, { user: who })).toThrow(refused('SEAT_GONE'));
    }
    for (const { witness } of [ann, cho]) expect(witness.ended).toBeNull();
  });

  test('[AU14] of one game is not let into another, and one of another server is unknown', () => {
    const { game } = shop();
    const other = { ...game, name: 'other' };
    const [here, there] = [host([game, other]), playing()];
    const ann = new Witness();
    here.rooms.join({ name: 'Ann' }, ann);
    here.clock.advance(100);
    const back = (wish: JoinWish) => () => here.rooms.join({ way: 'return', ...wish }, new Witness());
    expect(back({ game: 'other', room: tokenOf(ann) })).toThrow(refused('FORBIDDEN'));
    expect(ann.ended).toBeNull();
    there.clock.advance(100);
    // Made by the same source of chance, but for the seats before it.
    expect(back({ room: tokenOf(there.ben.witness) })).toThrow(refused('SEAT_GONE'));
    expect(back({ room: tokenOf(ann) })).not.toThrow();
  });
});

describe('[GA08] [PR13] a numbered request', () => {
  test('that is sent again when the player is back is done once, and answered again', () => {
    const { clock, back, ann, ben } = playing();
    ask(ann.seat, 1, 'buy', { item: 30 });
    clock.advance(100);
    expect(ann.witness.answers).toEqual([replied(1, 70)]);
    ann.seat.drop();
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    ask(again.seat, 1, 'buy', { item: 30 });
    ask(again.seat, 2, 'buy', { item: 20 });
    clock.advance(100);
    expect(again.witness.answers).toEqual([replied(1, 70), replied(2, 50)]);
    expect(ben.witness.state.world).toEqual({ bought: 2 });
  });

  test.each([
    ['before its tick', 0],
    ['after its tick', 100],
  ])('whose line breaks %s is done, and answered to the line that came after', (_, waitMs) => {
    const { clock, back, ann, ben } = playing();
    ask(ann.seat, 1, 'buy', { item: 30 });
    ann.seat.drop();
    clock.advance(waitMs);
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    expect(again.witness.welcomed).toMatchObject({ heard: 1 });
    ask(again.seat, 1, 'buy', { item: 30 });
    clock.advance(100);
    expect(again.witness.answers).toContainEqual(replied(1, 70));
    expect(ben.witness.state.world).toEqual({ bought: 1 });
  });

  test('that was refused is refused again in the same words, by the game and by the limits alike', () => {
    const { clock, back, ann } = playing({ rates: { buy: 0.5 } });
    ask(ann.seat, 1, 'steal', {});
    ask(ann.seat, 2, 'buy', { item: 1 });
    ask(ann.seat, 3, 'buy', { item: 1 });
    ask(ann.seat, 4, 'buy', { item: -1 });
    clock.advance(100);
    const answers = ann.witness.answers.toSorted((a, b) => a.number - b.number);
    const codes = answers.map(({ answer }) => (answer.kind === 'refusal' ? answer.error.code : answer.kind));
    expect(codes).toEqual(['REFUSED', 'reply', 'TOO_OFTEN', 'BAD_COMMAND']);
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    for (const number of [1, 2, 3, 4]) expect(again.seat.hears(number)).toBe(false);
    expect(again.witness.answers).toEqual(answers);
  });

  test('that leaves one out is not taken: the one between would be lost without a word', () => {
    const { ann } = playing();
    expect(() => ann.seat.hears(2)).toThrow(refused('BAD_FRAME'));
    expect(ann.seat.hears(1)).toBe(true);
    expect(() => ann.seat.hears(2 ** 32 - 1)).toThrow(refused('BAD_FRAME'));
    expect(ann.seat.hears(0)).toBe(false);
  });

  test('with a key is done once for the key: two at once, and one more after a return', () => {
    const { clock, back, ann, ben } = playing();
    ask(ann.seat, 1, 'buy', { item: 30 }, 'sword');
    ask(ann.seat, 2, 'buy', { item: 30 }, 'sword');
    clock.advance(100);
    expect(ann.witness.answers).toEqual([replied(1, 70), replied(2, 70)]);
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    ask(again.seat, 3, 'buy', { item: 30 }, 'sword');
    ask(again.seat, 4, 'buy', { item: 30 }, 'shield');
    clock.advance(100);
    expect(again.witness.answers).toEqual([replied(3, 70), replied(4, 40)]);
    expect(ben.witness.state.world).toEqual({ bought: 2 });
  });

  test('with a key that could not be asked for may be asked again under that key', () => {
    const { clock, ann, ben } = playing();
    let number = 0;
    for (let i = 0; i < 32; i++) ask(ann.seat, ++number, 'steal', {});
    ask(ann.seat, ++number, 'buy', { item: 30 }, 'sword');
    expect(ann.witness.answers).toMatchObject([{ number: 33, answer: { error: { code: 'INPUT_QUEUE_FULL' } } }]);
    clock.advance(100);
    ask(ann.seat, ++number, 'buy', { item: 30 }, 'sword');
    clock.advance(100);
    expect(ann.witness.answers.at(-1)).toEqual(replied(34, 70));
    expect(ben.witness.state.world).toEqual({ bought: 1 });
  });

  test('of one player is no other’s: keys and numbers are the seat’s own', () => {
    const { clock, ann, ben } = playing();
    for (const { seat } of [ann, ben]) ask(seat, 1, 'buy', { item: 30 }, 'sword');
    clock.advance(100);
    for (const { witness } of [ann, ben]) expect(witness.answers).toEqual([replied(1, 70)]);
    expect(ben.witness.state.world).toEqual({ bought: 2 });
  });
});

describe('the host of a room', () => {
  const hostIn = ({ peopleTold }: Witness): string | undefined => {
    const people = new Map<number, { name: string; isHost: boolean }>();
    for (const { isWhole, here, gone } of peopleTold) {
      if (isWhole) people.clear();
      for (const person of here) people.set(person.id, person);
      for (const id of gone) people.delete(id);
    }
    return [...people.values()]
      .filter(({ isHost }) => isHost)
      .map(({ name }) => name)
      .join();
  };

  test('is who came first, also while its line is broken; once its seat is gone, who came next', () => {
    const { clock, back, ann, ben } = playing();
    expect(hostIn(ben.witness)).toBe('Ann');
    ann.seat.drop();
    clock.advance(100);
    expect(hostIn(ben.witness)).toBe('Ann');
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    expect(hostIn(ben.witness)).toBe('Ann');
    again.seat.drop();
    clock.advance(GRACE_MS + 100);
    expect(hostIn(ben.witness)).toBe('Ben');
  });

  test('that goes leaves its rights to somebody who is there, and only where nobody is to somebody who is away', () => {
    const { clock, join, back, ann, ben } = playing();
    const cho = join({ name: 'Cho' });
    clock.advance(100);
    ben.seat.drop();
    ann.seat.leave();
    clock.advance(100);
    expect(hostIn(cho.witness)).toBe('Cho');
    cho.seat.leave();
    clock.advance(100);
    const again = back(tokenOf(ben.witness));
    clock.advance(100);
    expect(hostIn(again.witness)).toBe('Ben');
  });

  test('passes its rights on, and has them no more', () => {
    const { clock, room, ann, ben } = playing();
    ann.seat.hears(1);
    ann.seat.deed({ do: 'pass', who: 2 }, 1);
    clock.advance(100);
    expect(hostIn(ben.witness)).toBe('Ben');
    ann.seat.hears(2);
    ann.seat.deed({ do: 'kick', who: 2 }, 2);
    clock.advance(100);
    expect(ann.witness.answers).toMatchObject([
      { number: 1, answer: { kind: 'done' } },
      { number: 2, answer: { kind: 'refusal', error: { code: 'NOT_HOST' } } },
    ]);
    expect(room.taken).toBe(2);
  });

  test('of an empty room is nobody, and then who comes in', () => {
    const { clock, room, join, ann, ben } = playing();
    for (const { seat } of [ann, ben]) seat.leave();
    clock.advance(100);
    const cho = join({ room: room.id, name: 'Cho' });
    clock.advance(100);
    expect(hostIn(cho.witness)).toBe('Cho');
  });
});
