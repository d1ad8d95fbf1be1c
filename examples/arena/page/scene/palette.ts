/**
 * The arena's colours: a night of ink, lines of old gold as on a star chart, celadon for shields, vermilion for harm,
 * and sixteen lights for ships. Hue alone never tells who is who: one's own ship bears a ring, bots another hull, all
 * a name.
 */

export const INK = '#070a1a';
export const LACQUER = '#131938';
export const LACQUER_EDGE = '#5d74c4';
export const GOLD = '#e9c983';
export const IVORY = '#fff6e2';
export const CELADON = '#7ff0d6';
export const VERMILION = '#ff6446';

const LIGHTS = [
  '#ff6f5b',
  '#58b6ff',
  '#ffd35c',
  '#7fe486',
  '#d28bff',
  '#ffa04d',
  '#4fe3d2',
  '#ff82ba',
  '#9fb0ff',
  '#cdea66',
  '#ffb6a3',
  '#86d8ff',
  '#e6c4ff',
  '#6ce8aa',
  '#f59fd6',
  '#ffe9a6',
] as const;

/** `colour` counts from 1, as seats do; anything else is nobody's. */
export function lightOf(colour: number): string {
  return LIGHTS[colour - 1] ?? IVORY;
}

export const PICKUP_LIGHT = { repair: '#9df58d', shield: CELADON, rapid: '#ffc65a' } as const;

/** A colour with an opacity, as canvases and style sheets write it. */
export function faded(hex: string, opacity: number): string {
  const alpha = Math.round(Math.max(0, Math.min(1, opacity)) * 255);
  return `${hex}${alpha.toString(16).padStart(2, '0')}`;
}
