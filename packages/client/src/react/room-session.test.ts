import { GameError } from '@madang/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RoomConnection } from '../room.ts';
import { RoomSession } from './room-session.ts';

/** A server with joins on their way, in the test's hands. */
function server() {
  const rooms: FakeRoom[] = [];
  const onTheirWay: { resolve(room: FakeRoom): void; reject(error: unknown): void }[] = [];
  const session = new RoomSession<FakeRoom>(
    () => new Promise((resolve, reject) => onTheirWay.push({ resolve, reject })),
  );
  return {
    session,
    rooms,
    onTheirWay,
    /** Those that are held while their line is broken included. */
    seats: () => rooms.filter(({ connection }) => connection !== 'closed').length,
    /** The oldest join arrives. */
    arrive: async () => {
      const join = onTheirWay.shift();
      if (join === undefined) return;
      const room = new FakeRoom();
      rooms.push(room);
      join.resolve(room);
      await tasksDone();
    },
    refuse: async (error: unknown) => {
      onTheirWay.shift()?.reject(error);
      await tasksDone();
    },
  };
}

class FakeRoom {
  readonly id = 'room';
  connection: RoomConnection = 'open';
  readonly #onConnection = new Set<(connection: RoomConnection) => void>();
  readonly #onClose = new Set<(reason: GameError) => void>();
  onConnection(run: (connection: RoomConnection) => void): () => void {
    this.#onConnection.add(run);
    return () => this.#onConnection.delete(run);
  }
  onClose(run: (reason: GameError) => void): () => void {
    this.#onClose.add(run);
    return () => this.#onClose.delete(run);
  }
  async leave(): Promise<void> {
    this.close(new GameError('LEFT', 'You left.', { roomId: this.id }));
  }
  close(reason: GameError): void {
    if (this.connection === 'closed') return;
    this.become('closed');
    for (const run of this.#onClose) run(reason);
  }
  /** The line breaks, or the seat is back. */
  become(connection: RoomConnection): void {
    if (this.connection === 'closed' || this.connection === connection) return;
    this.connection = connection;
    for (const run of this.#onConnection) run(connection);
  }
}

const tasksDone = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const full = new GameError('ROOM_FULL', 'Full.', { roomId: 'room', seats: 2 });
const lost = new GameError('LINK_LOST', 'Gone.', { reason: 'close code 1006' });

test('a mounted component joins and is told when it plays', async () => {
  const { session, arrive, rooms, onTheirWay } = server();
  let told = 0;
  session.subscribe(() => told++);
  expect([session.read().status, onTheirWay.length]).toEqual(['joining', 0]);
  await tasksDone();
  expect(onTheirWay.length).toBe(1);
  await arrive();
  expect(session.read()).toEqual({ status: 'playing', room: rooms[0], isReturning: false });
  const again = session.read();
  expect([told, session.read() === again]).toEqual([1, true]);
});

test('a component that StrictMode mounts twice takes one seat and keeps it', async () => {
  const { session, arrive, rooms, seats } = server();
  session.subscribe(() => {})();
  const unmount = session.subscribe(() => {});
  await tasksDone();
  await arrive();
  expect([rooms.length, seats()]).toEqual([1, 1]);
  unmount();
  session.subscribe(() => {});
  await tasksDone();
  expect([rooms.length, seats()]).toEqual([1, 1]);
});

test('a component that is unmounted before it is seated never opens a line, or leaves as soon as it arrives', async () => {
  const early = server();
  early.session.subscribe(() => {})();
  await tasksDone();
  expect(early.onTheirWay.length).toBe(0);

  const late = server();
  const unmount = late.session.subscribe(() => {});
  await tasksDone();
  unmount();
  await late.arrive();
  expect([late.rooms.length, late.seats(), late.session.read().status]).toEqual([1, 0, 'joining']);
});

test('an unmounted component leaves, and joins anew when it is shown again', async () => {
  const { session, arrive, seats, rooms } = server();
  const unmount = session.subscribe(() => {});
  await tasksDone();
  await arrive();
  unmount();
  await tasksDone();
  expect(seats()).toBe(0);
  session.subscribe(() => {});
  await tasksDone();
  await arrive();
  expect([seats(), rooms.length]).toEqual([1, 2]);
});

test('a refusal is told with its error, and the wish can be made again', async () => {
  const { session, arrive, refuse, onTheirWay, rooms } = server();
  session.subscribe(() => {});
  await tasksDone();
  await refuse(full);
  const state = session.read();
  expect(state).toMatchObject({ status: 'closed', room: null, error: full });
  await tasksDone();
  expect(onTheirWay.length).toBe(0);
  if (state.status !== 'closed') return;
  state.rejoin();
  state.rejoin();
  expect(session.read().status).toBe('joining');
  await tasksDone();
  expect(onTheirWay.length).toBe(1);
  await arrive();
  state.rejoin();
  expect(session.read()).toEqual({ status: 'playing', room: rooms[0], isReturning: false });
});

test('a line that breaks closes the stay; its room stays to be looked at', async () => {
  const { session, arrive, rooms, onTheirWay } = server();
  session.subscribe(() => {});
  await tasksDone();
  await arrive();
  rooms[0]?.close(lost);
  expect(session.read()).toMatchObject({ status: 'closed', room: rooms[0], error: lost });
  await tasksDone();
  expect(onTheirWay.length).toBe(0);
});

test('a line that broke before anybody could ask is told all the same', async () => {
  const { session, onTheirWay } = server();
  session.subscribe(() => {});
  await tasksDone();
  const room = new FakeRoom();
  onTheirWay.shift()?.resolve(room);
  room.close(lost);
  await tasksDone();
  expect(session.read()).toMatchObject({ status: 'closed', error: { code: 'LINK_LOST' } });
});

test('what no server answered is a failure of the program', async () => {
  const { session, refuse } = server();
  session.subscribe(() => {});
  await tasksDone();
  const error = new TypeError('Invalid URL');
  await refuse(error);
  expect(session.read()).toEqual({ status: 'failed', error });
});

test('a broken line keeps the stay and its room: a component is told twice, and takes no other seat', async () => {
  const { session, arrive, rooms, onTheirWay } = server();
  let told = 0;
  session.subscribe(() => told++);
  await tasksDone();
  await arrive();
  told = 0;
  rooms[0]?.become('returning');
  expect(session.read()).toEqual({ status: 'playing', room: rooms[0], isReturning: true });
  const waiting = session.read();
  await tasksDone();
  expect([session.read() === waiting, told]).toEqual([true, 1]);
  rooms[0]?.become('open');
  expect(session.read()).toEqual({ status: 'playing', room: rooms[0], isReturning: false });
  await tasksDone();
  expect([told, onTheirWay.length]).toEqual([2, 0]);
});

test('a room whose line breaks as it is joined is one to which the player returns', async () => {
  const { session, onTheirWay } = server();
  session.subscribe(() => {});
  await tasksDone();
  const room = new FakeRoom();
  room.become('returning');
  onTheirWay.shift()?.resolve(room);
  await tasksDone();
  expect(session.read()).toEqual({ status: 'playing', room, isReturning: true });
});

test('a component that goes while its line is broken gives the seat up, and hears no more of it', async () => {
  const { session, arrive, rooms, seats } = server();
  const unmount = session.subscribe(() => {});
  await tasksDone();
  await arrive();
  rooms[0]?.become('returning');
  unmount();
  await tasksDone();
  expect([seats(), session.read().status]).toEqual([0, 'joining']);
});

test('a stay that is over stays over until its component is shown anew', async () => {
  const forbidden = new GameError('BAD_FRAME', 'Unreadable.', { reason: 'no such kind', offset: 0 });
  for (const error of [forbidden, new TypeError('Invalid URL')]) {
    const { session, refuse, onTheirWay } = server();
    const unmount = session.subscribe(() => {});
    await tasksDone();
    await refuse(error);
    const over = session.read();
    await tasksDone();
    expect([session.read(), onTheirWay.length]).toEqual([over, 0]);
    unmount();
    await tasksDone();
    session.subscribe(() => {});
    await tasksDone();
    expect([session.read().status, onTheirWay.length]).toEqual(['joining', 1]);
  }
});

test('whatever is mounted and unmounted, a stay has one seat at most, and in the end one where it is wanted', async () => {
  const anyStep = fc.constantFrom('mount', 'unmount', 'wait', 'arrive', 'refuse', 'end', 'rejoin', 'break', 'return');
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
      const { session, rooms, arrive, refuse, seats, onTheirWay } = server();
      const mounted: (() => void)[] = [];
      for (const step of steps) {
        const state = session.read();
        if (step === 'mount') mounted.push(session.subscribe(() => {}));
        if (step === 'unmount') mounted.pop()?.();
        if (step === 'wait') await tasksDone();
        if (step === 'arrive') await arrive();
        if (step === 'refuse') await refuse(full);
        if (step === 'end') rooms.at(-1)?.close(lost);
        if (step === 'rejoin' && state.status === 'closed') state.rejoin();
        if (step === 'break') rooms.at(-1)?.become('returning');
        if (step === 'return') rooms.at(-1)?.become('open');
        const now = session.read();
        if (now.status === 'playing') expect(now.isReturning).toBe(now.room.connection === 'returning');
        expect(seats() + onTheirWay.length).toBeLessThanOrEqual(1);
      }
      await tasksDone();
      while (onTheirWay.length > 0) await arrive();
      const last = session.read();
      const isWanted = mounted.length > 0 && last.status !== 'closed';
      expect([seats(), last.status === 'playing']).toEqual([isWanted ? 1 : 0, isWanted]);
    }),
    { numRuns: 200 },
  );
});
