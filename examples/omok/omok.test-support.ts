/** Omok's rules alone: no server and no clock but the ticks a test plays. */
import {
  createState,
  hashState,
  type Messages,
  type RoomScope,
  type Seat,
  type StateStore,
  seededRandom,
} from '@madang/core';
import { NO_POWERS, TickRules } from '@madang/core/netcode';
import { omok } from './game.ts';
import type { OmokState, Player } from './state.ts';

type Command = keyof typeof omok.commands;

export interface Guest {
  readonly seat: Seat;
  readonly player: Player;
  bid(seconds: number): void;
  place(x: number, y: number): void;
  offerDraw(): void;
  answerDraw(accept: boolean): void;
  resign(): void;
  rematch(): void;
  drop(): void;
  return(): void;
  leave(): void;
}

export interface Room {
  readonly state: OmokState;
  readonly tick: number;
  /** A fingerprint of all there is. */
  hash(): string;
  /** For each report the numbers of the seats by place. */
  readonly reports: readonly (readonly (readonly number[])[])[];
  join(name: string, rating?: number): Guest;
  /** Lets this many ticks pass. */
  wait(ticks: number): void;
}

export function openRoom(seed = 1, terms: Partial<OmokState['terms']> = {}): Room {
  const store = createState(omok.state);
  const { view } = store;
  Object.assign(view.terms, terms);
  const random = seededRandom(seed);
  const seats: (Seat & { isDropped: boolean })[] = [];
  const reports: number[][][] = [];
  const rules = new TickRules(omok, store as unknown as StateStore, {
    powers: {
      ...NO_POWERS,
      report: (places) => void reports.push(places.map((teams) => teams.flat().map((seat) => seat.number))),
    },
    roomId: 'board',
    random,
    seats: () => seats,
    emitted() {},
    seenBy: () => {
      throw new Error('nobody looks back in this game');
    },
  });
  const room = rules.scope as RoomScope<typeof omok.state, Record<never, never>>;
  let tick = 0;
  rules.begin(tick);

  return {
    state: view,
    reports,
    hash: () => hashState(store as unknown as StateStore, 'server'),
    get tick() {
      return tick;
    },
    join(name, rating) {
      const number = [1, 2].find((free) => seats.every((taken) => taken.number !== free)) ?? 3;
      const seat = { number, name, isBot: false, team: 0, user: null, isDropped: false, rating: rating ?? null };
      seats.push(seat);
      omok.join?.(room, seat, rules.moment);
      const player = view.players.ownedBy(seat);
      if (player === undefined) throw new Error('the game gave no player');
      const send = (command: Command, payload: object): void => {
        const handler = omok.on?.[command] as
          | ((room: RoomScope<typeof omok.state, Messages>, seat: Seat, payload: object, moment: object) => void)
          | undefined;
        handler?.(room, seat, payload, rules.moment);
      };
      return {
        seat,
        player,
        bid: (seconds) => send('bid', { seconds }),
        place: (x, y) => send('place', { x, y }),
        offerDraw: () => send('offerDraw', {}),
        answerDraw: (accept) => send('answerDraw', { accept }),
        resign: () => send('resign', {}),
        rematch: () => send('rematch', {}),
        drop() {
          seat.isDropped = true;
          omok.drop?.(room, seat, rules.moment);
        },
        return() {
          seat.isDropped = false;
          omok.return?.(room, seat, rules.moment);
        },
        leave() {
          // As the server does it: the seat is no more among those that are taken when the game hears of it.
          seats.splice(seats.indexOf(seat), 1);
          omok.leave?.(room, seat, rules.moment);
          store.disown(seat);
        },
      };
    },
    wait(ticks) {
      for (let left = ticks; left > 0; left--) {
        tick++;
        rules.begin(tick);
        rules.step();
      }
    },
  };
}

/** A room in which two have bid, and the clock of black is about to run. */
export function openRound(terms: Partial<OmokState['terms']> = {}): { room: Room; black: Guest; white: Guest } {
  const room = openRoom(1, terms);
  const [black, white] = [room.join('민지', 1500), room.join('Sam', 1480)];
  black.bid(10);
  white.bid(0);
  room.wait(1);
  return { room, black, white };
}
