/**
 * The game's name, drawn stroke by stroke with a brush. Letters are paths on a 100 x 100 square in the order a hand
 * writes them, so the title can write itself; the filter #brush in the markup gives the strokes their dry hairs.
 */
import type { Language } from './words.ts';

interface Letter {
  readonly strokes: readonly string[];
  readonly width: number;
}

const KOREAN: readonly Letter[] = [
  { width: 112, strokes: ['M50 8a22 20 0 1 0 .1 0', 'M50 52V74', 'M6 78H96'] },
  { width: 112, strokes: ['M24 6V38', 'M24 6H76V38', 'M24 38H76', 'M50 40V54', 'M6 57H96', 'M22 72H78V100'] },
];

const ENGLISH: readonly Letter[] = [
  { width: 100, strokes: ['M48 8C-6 8 -6 94 48 94C102 94 102 8 48 8'] },
  { width: 104, strokes: ['M12 94V34', 'M12 52C24 26 46 28 46 52V94', 'M46 52C58 26 82 28 82 52V94'] },
  { width: 84, strokes: ['M42 34C0 34 0 94 42 94C84 94 84 34 42 34'] },
  { width: 78, strokes: ['M14 4V94', 'M58 34L16 66', 'M28 58L64 94'] },
];

const SVG = 'http://www.w3.org/2000/svg';
const STROKE_MS = 110;

/** Replaces what `place` holds by the title. The words themselves stay in the heading's accessible name. */
export function writeTitle(place: HTMLElement, language: Language, calm: boolean): void {
  const letters = language === 'ko' ? KOREAN : ENGLISH;
  const svg = document.createElementNS(SVG, 'svg');
  const width = letters.reduce((sum, letter) => sum + letter.width, 0);
  svg.setAttribute('viewBox', `-10 -10 ${width + 12} 124`);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `lettering lettering-${language}`);
  let left = 0;
  let order = 0;
  for (const letter of letters) {
    const group = document.createElementNS(SVG, 'g');
    group.setAttribute('transform', `translate(${left} 0)`);
    for (const stroke of letter.strokes) {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('d', stroke);
      path.setAttribute('pathLength', '1');
      if (!calm) path.style.animationDelay = `${200 + order * STROKE_MS}ms`;
      group.append(path);
      order += 1;
    }
    svg.append(group);
    left += letter.width;
  }
  place.replaceChildren(svg);
}
