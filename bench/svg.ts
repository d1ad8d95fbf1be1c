/** What every chart is drawn with: one width, one look, and numbers and words as SVG text. */

export const WIDTH = 720;
export const INK = '#1f2328';
export const MUTED = '#59636e';
export const GRID = '#e4e7eb';
/** Told apart by people who confuse red and green, and in greyscale. Source: Okabe and Ito, darkened a little. */
const COLOURS = ['#0b63a5', '#c8501e', '#00805e', '#a5467f', '#7a6400', '#444b54'];
/** Ours, where the others are not told apart by colour. */
export const ACCENT = colourOf(0);

/** A whole picture: title, subtitle, and what is drawn under them. */
export function picture(
  { title, subtitle = '' }: { readonly title: string; readonly subtitle?: string },
  height: number,
  content: readonly string[],
): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`,
    `  font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(24, 32, title, `font-size="17" font-weight="600" fill="${INK}"`),
    text(24, 52, subtitle, `font-size="12.5" fill="${MUTED}"`),
    ...content,
    '</svg>',
  ].join('\n')}\n`;
}

export function text(x: number, y: number, content: string, attributes: string): string {
  return content === '' ? '' : `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}"/>`;
}

/** A number as it is written on a chart: four significant digits. */
export function label(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 6 });
}

export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? INK;
}

/** Hundredths of a pixel are enough, and keep the text of a chart short. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function escaped(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
