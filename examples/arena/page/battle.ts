/**
 * One player's time in a room: the scene of each picture, and what happens once shown, heard and told at the right
 * moment. What oneself does is shown at once; what others do, when they are seen doing it.
 */
import type { SeenBolt, SeenShip } from '../state.ts';
import type { Feed } from './hud/feed.ts';
import type { Look, Scene } from './scene/scene.ts';
import type { ArenaView } from './scene/view.ts';
import type { ArenaRoom } from './session.ts';
import type { From, Sound, Speaker } from './sound.ts';
import { Timeline } from './timeline.ts';

/** A sound from this far away is half as loud. */
const HALF_LOUD = 420;

export interface BattleParts {
  readonly view: ArenaView;
  readonly speaker: Speaker;
  readonly feed: Feed;
  /** Another round has begun. */
  readonly roundStarted: () => void;
  /** How the player wants to see itself. */
  readonly wishes: () => { readonly showsGhost: boolean; readonly isPredictionOff: boolean };
}

export class Battle {
  readonly room: ArenaRoom;
  /** The ship that destroyed one's own last, as long as that one is not back. */
  destroyedBy = 0;
  /** Shots of one's own that were shown. */
  shots = 0;
  readonly #parts: BattleParts;
  readonly #timeline = new Timeline();
  readonly #undo: (() => void)[];

  constructor(room: ArenaRoom, parts: BattleParts) {
    this.room = room;
    this.#parts = parts;
    const { view, feed } = parts;
    const { effects, actors } = view;
    this.#undo = [
      room.on('shot', ({ by, aim }, { tick, isPredicted }) => {
        this.#see(isPredicted || by === this.me, tick, () => {
          if (by === this.me) this.shots += 1;
          effects.shot(by, aim, performance.now());
          this.#sound('shot', by, by === this.me ? 1 : 0.5);
        });
      }),
      room.onReject('shot', ({ by }) => effects.unshoot(by)),
      room.on('hit', ({ by, on, isShield }, { tick }) => {
        this.#see(by === this.me || on === this.me, tick, () => {
          effects.hit(by, on, isShield, performance.now());
          if (on === this.me) this.#sound('hurt', on);
          else if (by === this.me) this.#sound('hit', this.me);
        });
      }),
      room.on('burst', ({ by, x, y }, { tick }) => {
        this.#see(by === this.me, tick, () => {
          effects.burst(x, y, by, performance.now());
          this.#soundAt('burst', x, y);
        });
      }),
      room.on('destroyed', ({ by, on, x, y, how }, { tick }) => {
        if (on === this.me) this.destroyedBy = by;
        this.#see(on === this.me, tick, () => {
          effects.destroyed(on, x, y, performance.now());
          this.#soundAt('destroyed', x, y);
          const target = actors.get(on);
          if (target !== undefined) feed.add(actors.get(by), target, how, by === this.me || on === this.me);
        });
      }),
      room.on('picked', ({ by, kind }, { tick }) => {
        this.#see(by === this.me, tick, () => {
          effects.picked(by, kind, performance.now());
          if (by === this.me) this.#sound('picked', by);
        });
      }),
      room.on('roundOver', () => parts.speaker.play('over')),
      room.on('roundStarted', () => {
        parts.speaker.play('start');
        parts.roundStarted();
      }),
    ];
  }

  /** The id of one's own ship, or 0. */
  get me(): number {
    return this.room.me?.id ?? 0;
  }

  /** What is to be drawn now, and how. Call it once for each picture. */
  frame(nowMs: number): { readonly scene: Scene; readonly look: Look } {
    const { room, me } = this;
    const drawn = room.frame();
    const { showsGhost, isPredictionOff } = this.#parts.wishes();
    this.#timeline.play(room.net.viewTick, nowMs);
    const scene = isPredictionOff ? withoutPrediction(drawn, room) : drawn;
    const own = room.me;
    if (own !== undefined && own.hp > 0) this.destroyedBy = 0;
    return {
      scene,
      look: {
        nowMs,
        tick: isPredictionOff ? room.tick : Math.max(room.tick, room.net.predictedTick),
        me,
        watched: this.#watched(),
        isBehindMenu: false,
        ghost: showsGhost && own !== undefined && own.hp > 0 ? { x: own.x, y: own.y, aim: own.aim } : null,
      },
    };
  }

  close(): void {
    this.#timeline.clear();
    for (const undo of this.#undo) undo();
  }

  /** One's own ship; while it is destroyed, whoever destroyed it; then whoever leads. */
  #watched(): number {
    const { me, room } = this;
    const own = room.me;
    if (own === undefined || own.hp > 0 || this.destroyedBy === 0) return me;
    return this.destroyedBy !== me && (room.state.ships.get(this.destroyedBy)?.hp ?? 0) > 0 ? this.destroyedBy : me;
  }

  #see(isOwn: boolean, tick: number, run: () => void): void {
    if (isOwn) run();
    else this.#timeline.at(tick, performance.now(), run);
  }

  #sound(sound: Sound, ship: number, loud = 1): void {
    const actor = this.#parts.view.actors.get(ship);
    if (actor !== undefined) this.#soundAt(sound, actor.x, actor.y, loud);
  }

  #soundAt(sound: Sound, x: number, y: number, loud = 1): void {
    const ear = this.#parts.view.actors.get(this.#watched());
    if (ear === undefined) return;
    const distance = Math.hypot(x - ear.x, y - ear.y);
    const from: From = { loud: loud / (1 + (distance / HALF_LOUD) ** 2), side: (x - ear.x) / 900 };
    this.#parts.speaker.play(sound, from);
  }
}

/** One's own ship and bolts as the server last said, everything else as it is drawn. */
function withoutPrediction(drawn: Scene, room: ArenaRoom): Scene {
  function* ships(): Generator<SeenShip> {
    for (const ship of drawn.ships) {
      const own = ship.owner === room.seat ? room.me : undefined;
      yield own ?? ship;
    }
  }
  function* bolts(): Generator<SeenBolt> {
    for (const bolt of drawn.bolts) if (bolt.owner !== room.seat) yield bolt;
    for (const bolt of room.state.bolts) if (bolt.owner === room.seat) yield bolt;
  }
  const [allShips, allBolts] = [[...ships()], [...bolts()]];
  return { ships: allShips, bolts: allBolts, pickups: drawn.pickups, round: drawn.round };
}
