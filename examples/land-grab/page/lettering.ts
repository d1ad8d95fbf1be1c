/**
 * The game's name, drawn stroke by stroke in chalk. Letters are paths on a 100 x 100 square in the order a hand writes
 * them, so the title can write itself; the filter #rough in the markup gives the strokes their crumbs.
 */
import type { Language } from './words.ts';

interface Letter {
  readonly strokes: readonly string[];
  readonly width: number;
}

const KOREAN: readonly Letter[] = [
  { width: 108, strokes: ['M26 13H8V49H27', 'M60 13H43V49H61', 'M80 2V60', 'M80 31H97', 'M50 64a16 16 0 1 0 .1 0'] },
  { width: 108, strokes: ['M26 22H6V76H27', 'M61 22H43V76H63', 'M82 4V97', 'M82 48H98'] },
  { width: 98, strokes: ['M10 10V48H46', 'M10 10H46V48', 'M60 28H80', 'M80 4V57', 'M22 67H80V97'] },
  { width: 92, strokes: ['M12 18H54C53 48 40 70 12 84', 'M80 6V96'] },
];

const ENGLISH: readonly Letter[] = [
  { width: 66, strokes: ['M14 8V92H56'] },
  { width: 80, strokes: ['M6 92L38 8L72 92', 'M18 62H60'] },
  { width: 78, strokes: ['M12 92V8L62 92V8'] },
  { width: 82, strokes: ['M12 8V92', 'M12 8H30C84 8 84 92 30 92H12'] },
  { width: 34, strokes: [] },
  { width: 84, strokes: ['M72 28C54 -2 10 6 10 50C10 96 60 100 72 72V54H46'] },
  { width: 76, strokes: ['M12 92V8', 'M12 8H38C74 8 74 52 38 52H12', 'M38 52L66 92'] },
  { width: 80, strokes: ['M6 92L38 8L72 92', 'M18 62H60'] },
  { width: 72, strokes: ['M12 92V8', 'M12 8H36C66 8 66 48 36 48H12', 'M36 48C74 48 74 92 36 92H12'] },
];

const SVG = 'http://www.w3.org/2000/svg';
const STROKE_MS = 90;

/** Replaces what `place` holds by the title. The words themselves stay in the heading's accessible name. */
export function writeTitle(place: HTMLElement, language: Language, calm: boolean): void {
  const letters = language === 'ko' ? KOREAN : ENGLISH;
  const svg = document.createElementNS(SVG, 'svg');
  const width = letters.reduce((sum, letter) => sum + letter.width, 0);
  svg.setAttribute('viewBox', `-8 -8 ${width + 16} 118`);
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
      if (!calm) path.style.animationDelay = `${250 + order * STROKE_MS}ms`;
      group.append(path);
      order += 1;
    }
    svg.append(group);
    left += letter.width;
  }
  place.replaceChildren(svg);
}
