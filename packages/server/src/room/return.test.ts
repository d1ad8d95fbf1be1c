/** Coming back to a seat: whose it is, and what is found there. */
import { GameError, seededRandom } from '@madang/core';
import fc from 'fast-check';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { roomGone } from './refusals.ts';
import { ReturnTokens } from './return-tokens.ts';
import { host, Witness } from './room.test-support.ts';
import { Room } from './room.ts';
import type { JoinWish } from './rooms.ts';
import type { RoomSeat } from './seat.ts';
import { ask, GRACE_MS, peopleOf, playing, refused, shop, tokenOf } from './shop.test-support.ts';

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

  test('leaves no token behind in the server’s memory, however its room ended', () => {
    const clock = new VirtualClock();
    const tokens = new ReturnTokens<RoomSeat>(seededRandom(1));
    const room = new Room({
      id: 'r',
      code: '',
      serial: 0,
      game: shop().game,
      clock,
      seed: 1,
      log: pino({ level: 'silent' }),
      graceMs: GRACE_MS,
      badWrites: 'throw',
      checksumEvery: 0,
      syncTest: false,
      tokens,
      record: null,
      restored: null,
      changed: () => {},
      closed: () => {},
      emitted: () => {},
      reported: () => {},
    });
    room.open(0);
    const nobody = { user: null, roles: [], rating: null, team: 0 };
    const players = ['Ann', 'Ben', 'Cho'].map((name) => {
      const witness = new Witness();
      return { witness, seat: room.join({ ...nobody, name }, witness) };
    });
    clock.advance(200);
    const found = () => players.map(({ witness }) => tokens.find(tokenOf(witness))?.name ?? null);
    expect(found()).toEqual(['Ann', 'Ben', 'Cho']);
    // One plays on, one is away, and one has left in the last tick.
    players[1]?.seat.drop();
    players[2]?.seat.leave();
    room.close(roomGone('r'));
    expect(found()).toEqual([null, null, null]);
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

  test('[AU09] [V30] is nothing that others know: no name, number or id leads to anybody’s seat', () => {
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
