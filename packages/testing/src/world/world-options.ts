/** What a world is made of. */
import type { JoinOptions, OpenLink } from '@madang/client';
import type { Game, StateOf } from '@madang/core';
import type { Room, ServerOptions } from '@madang/server';
import type { Faults } from '../faults/fault-plan.ts';
import type { Conditions } from '../network/conditions.ts';
import type { Player } from '../players/player.ts';
import type { World } from './world.ts';

export interface WorldOptions<G extends Game> {
  readonly game: G;
  /** How many play. 4. None only in a world that is opened step by step, for players who use `network.client`. */
  readonly clients?: number;
  /** Where all chance comes from. 1. */
  readonly seed?: number;
  /** What every way is like at first; perfect where absent. */
  readonly network?: Partial<Conditions>;
  /** Who plays: inputs by chance where absent. */
  readonly player?: Player<G>;
  /** What a client asks for when it joins, beside its name: any room where absent. Asked again each time. */
  readonly wish?: (client: number) => JoinOptions;
  /** How often each client draws a frame, which is when its player decides. 60; fewer make games that predict much faster. */
  readonly frameRateHz?: number;
  /** What goes wrong by itself; nothing where absent. */
  readonly faults?: Faults;
  /**
   * Whether there is a journal that outlives the server's processes, so that rooms go on after crashes and restarts as their game's
   * `durability` says. Only where the game is strict, which needs one, or where `server` has a `journal`, which is then the one.
   */
  readonly journal?: boolean;
  /** Options of the server that are not the simulation's own business; `games` are run beside `game`. */
  readonly server?: Partial<Omit<ServerOptions, 'clock' | 'transport'>>;
  /**
   * Wraps what clients open their lines with: to drop or spoil frames as no network would. What was spoiled differs until
   * it was repaired, so states are then compared after recovery only, and clients may be refused.
   */
  readonly wrapLink?: (openLink: OpenLink, client: number) => OpenLink;
  /** A rule of the author's own, called after every tick of every room of the game. What it throws fails the run. */
  readonly check?: (checked: Checked<G>) => void;
}

/** A room right after a tick, for the author's own rule. */
export interface Checked<G extends Game> {
  /** The state as the game's rules see it. Reading is meant; what is written here is a bug on purpose. */
  readonly state: StateOf<G['state']>;
  readonly room: Room;
  readonly world: World<G>;
}
