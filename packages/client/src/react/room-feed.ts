/**
 * Tells components that a room's state changed: all of them together, and at most once per picture that is drawn.
 *
 * States may come thirty times a second and in bursts; what React draws nobody sees more often than the screen does. So
 * a change asks for the next animation frame, and there everybody is told at once, which React makes into one update. A
 * page in the background draws no frames and so renders nothing.
 *
 * No picture shows two states. A component that renders for a reason of its own reads the newest state, which may be
 * ahead of what its neighbours were told; but the change that made it so has asked for a frame already, and that frame's
 * news is rendered before anything is painted.
 */

/** What the hooks need of a room. */
export interface Watched {
  readonly state: unknown;
  onState(run: (tick: number) => void): () => void;
}

/** Calls `run` with the next picture. Answers a function that cancels it. */
export type NextFrame = (run: () => void) => () => void;

/** Where nothing draws, such as in Node, a frame is this long. */
const FRAME_MS = 16;

export const nextFrame: NextFrame = (run) => {
  if (typeof requestAnimationFrame === 'undefined') {
    const timer = setTimeout(run, FRAME_MS);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(run);
  return () => cancelAnimationFrame(frame);
};

export class RoomFeed {
  readonly #room: Watched;
  readonly #nextFrame: NextFrame;
  readonly #runs = new Set<() => void>();
  #version = 0;
  #stop: (() => void) | null = null;
  #cancelFrame: (() => void) | null = null;

  constructor(room: Watched, next: NextFrame = nextFrame) {
    this.#room = room;
    this.#nextFrame = next;
  }

  /** Another number after each change; null while nobody listens, for then changes go unnoticed. */
  get version(): number | null {
    return this.#stop === null ? null : this.#version;
  }

  /** Calls `run` with the first frame after one or more changes. Answers a function that undoes it. */
  subscribe(run: () => void): () => void {
    const own = (): void => run();
    this.#runs.add(own);
    if (this.#stop === null) {
      // What went unnoticed so far is a change too.
      this.#version++;
      this.#stop = this.#room.onState(() => this.#changed());
    }
    return () => {
      this.#runs.delete(own);
      if (this.#runs.size > 0) return;
      this.#stop?.();
      this.#cancelFrame?.();
      this.#stop = null;
      this.#cancelFrame = null;
    };
  }

  #changed(): void {
    this.#version++;
    this.#cancelFrame ??= this.#nextFrame(() => {
      this.#cancelFrame = null;
      for (const run of [...this.#runs]) run();
    });
  }
}

/** One feed for each room, whoever asks: what shares a feed is rendered in one update. It lives as long as its room. */
const feeds = new WeakMap<Watched, RoomFeed>();

export function feedOf(room: Watched): RoomFeed {
  const known = feeds.get(room);
  if (known !== undefined) return known;
  const feed = new RoomFeed(room);
  feeds.set(room, feed);
  return feed;
}
