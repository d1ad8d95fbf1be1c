/** What both sides of the encoding bench implement, and how a case is built for one of them. */
import type { Subject } from '../measure.ts';
import { createViews, type Views, type ViewsOptions } from './views.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

/**
 * A server's state with the rows of one world in it, and its way of telling everybody what changed.
 *
 * Called in this order, once a tick, after the world has stepped: `mutate`, `follow` where the case has moving views,
 * `encode`. The first tick also introduces all rows; it is never measured.
 */
export interface Encoder {
  /** Writes the world's present positions and headings into the state, as a game's rules would. */
  mutate(): void;
  /**
   * Brings everybody's view up to date by calling `views.follow`. An encoder that finds who is near by itself calls that
   * in `mutate` instead, whose time is for information only: the bytes are shared out over the rows `views` counts.
   */
  follow(): void;
  /**
   * Encodes this tick for everybody and forgets the changes. Answers the bytes of all frames: with views one frame per
   * viewer, without views the one frame that everybody gets.
   */
  encode(): number;
}

/** Every encoder gets a world and views of its own; equal options make them equal at every tick. */
export interface CaseOptions {
  readonly world: World;
  /** Null where everybody sees everything. They only change when somebody calls their `follow`. */
  readonly views: Views | null;
  /** Whether they do, every tick. */
  readonly moving: boolean;
}

export type CreateEncoder = (options: CaseOptions) => Encoder;

export interface CaseShape {
  readonly world: WorldOptions;
  readonly views: ViewsOptions | null;
  /** Whether `follow` is called every tick. */
  readonly moving: boolean;
}

export type Phase = 'mutate' | 'follow' | 'encode';

export interface EncodeSubject extends Subject<Phase> {
  readonly encoder: Encoder;
  readonly options: CaseOptions;
}

/** One side of a case, ready to be measured. The figure of `encode` is the bytes it made for each row it tells of. */
export function createSubject(create: CreateEncoder, shape: CaseShape): EncodeSubject {
  const world = createWorld(shape.world);
  const views = shape.views === null ? null : createViews(world, shape.views);
  const options = { world, views, moving: shape.moving };
  const encoder = create(options);
  return {
    encoder,
    options,
    before: () => world.step(),
    phases: {
      mutate() {
        encoder.mutate();
        return 0;
      },
      follow() {
        if (shape.moving) encoder.follow();
        return 0;
      },
      encode: () => encoder.encode() / (views === null ? world.movers : views.visibleTotal()),
    },
  };
}
