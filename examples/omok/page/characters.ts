/** Text cut where a reader would cut it: a family, a flag or a letter with its accents is one character. */

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export function charactersOf(text: string): readonly string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
}

/** As many whole characters as `pointsMax` code points hold; of a single one that is too long, its beginning. */
export function cutToPoints(text: string, pointsMax: number): string {
  const points = [...text];
  if (points.length <= pointsMax) return text;
  let fitting = '';
  let count = 0;
  for (const character of charactersOf(text)) {
    count += [...character].length;
    if (count > pointsMax) break;
    fitting += character;
  }
  return fitting === '' ? points.slice(0, pointsMax).join('') : fitting;
}
