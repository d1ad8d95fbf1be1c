/**
 * Sixteen chalks: eight hues, each in two weaves.
 *
 * The hues were searched for the largest smallest distance in OKLab between any two of them, and to the earth they lie
 * on, under normal, protan, deutan and tritan vision (Machado et al. 2009); pairs that stay closest under some
 * vision have different weaves. So no two players are told apart by hue alone.
 */

export type Weave = 'plain' | 'hatch' | 'dots' | 'waves';

export interface Chalk {
  readonly base: string;
  /** The weave's strokes. */
  readonly mark: string;
  /** Outline of somebody else's ground. */
  readonly edge: string;
  /** Letters on top of `base`. */
  readonly ink: string;
  readonly weave: Weave;
}

export const EARTH = '#cb9a60';
export const CHALK_WHITE = '#fffaf0';

const HUES = ['#d2281b', '#1e46c8', '#067f74', '#e9ee4c', '#64155f', '#55a6f7', '#1b1920', '#ffc2f2'] as const;
const FIRST_WEAVES: readonly Weave[] = ['plain', 'hatch', 'dots', 'plain', 'waves', 'hatch', 'plain', 'dots'];
const OTHER_WEAVE: Record<Weave, Weave> = { plain: 'dots', dots: 'plain', hatch: 'waves', waves: 'hatch' };

const CHALKS: readonly Chalk[] = [0, 1].flatMap((turn) =>
  HUES.map((base, index) => {
    const light = brightness(base) > 0.55;
    const first = FIRST_WEAVES[index] ?? 'plain';
    return {
      base,
      mark: light ? mixed(base, '#3a2410', 0.3) : mixed(base, '#ffffff', 0.42),
      edge: light ? mixed(base, '#3a2410', 0.5) : mixed(base, '#000000', 0.45),
      ink: light ? '#1c120a' : '#ffffff',
      weave: turn === 0 ? first : OTHER_WEAVE[first],
    };
  }),
);
const NOBODY: Chalk = { base: EARTH, mark: EARTH, edge: EARTH, ink: '#1c120a', weave: 'plain' };

/** `colour` counts from 1; anything outside the box of chalks is bare earth. */
export function chalkOf(colour: number): Chalk {
  return CHALKS[colour - 1] ?? NOBODY;
}

export const COLOUR_COUNT = CHALKS.length;

export function mixed(from: string, to: string, share: number): string {
  const a = channels(from);
  const b = channels(to);
  const hex = a.map((value, index) =>
    Math.round(value + ((b[index] ?? value) - value) * share)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${hex.join('')}`;
}

function channels(hex: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function brightness(hex: string): number {
  const [red = 0, green = 0, blue = 0] = channels(hex);
  return (red * 0.299 + green * 0.587 + blue * 0.114) / 255;
}
