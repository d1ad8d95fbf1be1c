/**
 * One player at a real server, in virtual time, with a screen, a page that can be hidden and a machine that can sleep.
 */
import type { Fields, Game, Messages, StateSchema } from '@madang/core';
import { openWorld, ParticipantClock, seededRandom, type World, type WorldOptions } from '@madang/testing';
import type { Attention } from './attention.ts';
import { connect } from './connection.ts';
import type { Room } from './room.ts';

const FRAME_MS = 1000 / 60;

/** A page that is looked at, or not. */
export class TestPage implements Attention {
  isHidden = false;
  readonly runs = new Set<() => void>();
  readonly #online = new Set<() => void>();

  onChange(run: () => void): () => void {
    this.runs.add(run);
    return () => this.runs.delete(run);
  }

  onOnline(run: () => void): () => void {
    this.#online.add(run);
    return () => this.#online.delete(run);
  }

  /** Whoever still wants to know anything of this page. */
  get listeners(): number {
    return this.runs.size + this.#online.size;
  }

  /** The machine has a network again. */
  online(): void {
    for (const run of [...this.#online]) run();
  }

  /** Puts another tab in front of it, or none. */
  hide(isHidden: boolean): void {
    this.isHidden = isHidden;
    for (const run of [...this.runs]) run();
  }
}

export interface SeatOptions {
  readonly name?: string;
  /** Pictures per second; 0 for a client that draws nothing. */
  readonly screenHz?: number;
  readonly startsAtMs?: number;
  readonly isHidden?: boolean;
}

export class TestPlayer<R extends { frame(): unknown }> {
  readonly room: R;
  readonly clock: ParticipantClock;
  readonly page: TestPage;
  readonly network: ReturnType<World['network']['client']>;
  /** Called with each picture, before it is drawn and after. */
  play: () => void = () => {};
  drawn: () => void = () => {};
  #screenMs: number | null;

  constructor(
    room: R,
    clock: ParticipantClock,
    page: TestPage,
    network: ReturnType<World['network']['client']>,
    screenHz: number,
  ) {
    this.room = room;
    this.clock = clock;
    this.page = page;
    this.network = network;
    this.#screenMs = screenHz === 0 ? null : 1000 / screenHz;
    if (this.#screenMs !== null) this.#picture();
  }

  /** As a screen that was switched on. */
  draw(): void {
    if (this.#screenMs !== null) return;
    this.#screenMs = FRAME_MS;
    this.#picture();
  }

  /** For so long nothing runs and nothing is read, as behind a closed lid. */
  sleep(ms: number, world: Pick<World, 'clock'>): void {
    this.clock.sleep(ms);
    this.network.isPaused = true;
    world.clock.after(ms, () => {
      this.network.isPaused = false;
    });
  }

  #picture(): void {
    this.clock.after(this.#screenMs ?? 0, () => this.#picture());
    // A page that nobody sees is not drawn.
    if (this.page.isHidden) return;
    this.play();
    this.room.frame();
    this.drawn();
  }
}

/** Joins the world's only room. Half a virtual second passes. */
export async function sitDown<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends keyof S & string,
>(
  world: Pick<World, 'network' | 'clock' | 'advance'>,
  game: Game<S, I, C, E, A>,
  {
    name = `player-${world.network.clients.length + 1}`,
    screenHz = 60,
    startsAtMs = 0,
    isHidden = false,
  }: SeatOptions = {},
): Promise<TestPlayer<Room<S, I, C, E, A>>> {
  const clock = new ParticipantClock(world.clock, { startsAtMs });
  const page = new TestPage();
  page.isHidden = isHidden;
  const network = world.network.client(name);
  const { float: random } = seededRandom(world.network.clients.length);
  const { openLink } = network;
  const joining = connect('ws://test', { openLink, timers: clock, attention: page, random }).join(game);
  let player: TestPlayer<Room<S, I, C, E, A>> | null = null;
  void joining.then((room) => {
    player = new TestPlayer(room, clock, page, network, screenHz);
  });
  for (let waits = 0; player === null && waits < 300; waits++) await world.advance(50);
  if (player === null) throw new Error('the player did not get in');
  return player;
}

/** A world without players, but for those who sit down. */
export function emptyWorld<G extends Game>(game: G, options: Partial<WorldOptions<G>> = {}): Promise<World<G>> {
  return openWorld({ game, clients: 0, ...options });
}
