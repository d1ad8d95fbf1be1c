/**
 * UTF-8 by hand: strict both ways, and without the call into the runtime that TextEncoder costs for the short names
 * and lines games send. Lone surrogates, overlong forms and code points past U+10FFFF are refused, never replaced,
 * so that every node holds the same text. Source: RFC 3629.
 */

/** Bytes this text takes in UTF-8. A lone surrogate counts as three, as its replacement would. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1))) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}

/** Writes well-formed text at `at` and returns the offset behind it. The caller has made room: `utf8Length(text)`. */
export function utf8Write(into: Uint8Array, at: number, text: string): number {
  let to = at;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      into[to++] = point;
      continue;
    }
    if (point < 0x800) {
      into[to++] = 0xc0 | (point >> 6);
    } else {
      if (isHighSurrogate(point)) {
        point = 0x10000 + ((point - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00);
        into[to++] = 0xf0 | (point >> 18);
        into[to++] = 0x80 | ((point >> 12) & 0x3f);
      } else into[to++] = 0xe0 | (point >> 12);
      into[to++] = 0x80 | ((point >> 6) & 0x3f);
    }
    into[to++] = 0x80 | (point & 0x3f);
  }
  return to;
}

/**
 * Code units that become a piece of string at once. With one at a time, or with a list that grows, reading would allocate
 * many times what the text itself takes.
 */
export const UNITS_AT_ONCE = 8;

/**
 * The text in `bytes[from, to)`, or null where it is not well-formed UTF-8. `units` is the caller's to lend: a list of
 * UNITS_AT_ONCE numbers that may hold anything.
 */
export function utf8Read(bytes: Uint8Array, from: number, to: number, units: number[]): string | null {
  let text = '';
  let count = 0;
  let at = from;
  while (at < to) {
    const lead = bytes[at++] ?? 0;
    let point = lead;
    if (lead >= 0x80) {
      const tail = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
      if (lead < 0xc2 || lead > 0xf4 || at + tail > to) return null;
      point = lead & (0x3f >> tail);
      for (let i = 0; i < tail; i++) {
        const next = bytes[at++] ?? 0;
        if ((next & 0xc0) !== 0x80) return null;
        point = (point << 6) | (next & 0x3f);
      }
      const overlong = point < (tail === 1 ? 0x80 : tail === 2 ? 0x800 : 0x10000);
      if (overlong || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return null;
    }
    if (point > 0xffff) {
      units[count++] = 0xd800 + ((point - 0x10000) >> 10);
      if (count === UNITS_AT_ONCE) {
        text += piece(units);
        count = 0;
      }
      point = 0xdc00 + ((point - 0x10000) & 0x3ff);
    }
    units[count++] = point;
    if (count === UNITS_AT_ONCE) {
      text += piece(units);
      count = 0;
    }
  }
  return count === 0 ? text : text + piece(units).slice(0, count);
}

/** By index: taking the list apart would go through an iterator, which allocates more than the text. */
function piece(units: readonly number[]): string {
  return String.fromCharCode(
    units[0] ?? 0,
    units[1] ?? 0,
    units[2] ?? 0,
    units[3] ?? 0,
    units[4] ?? 0,
    units[5] ?? 0,
    units[6] ?? 0,
    units[7] ?? 0,
  );
}

/** The longest beginning of `text` that fits `maxBytes` and cuts no code point in two. */
export function utf8Cut(text: string, maxBytes: number): string {
  let cut = text;
  while (utf8Length(cut) > maxBytes) {
    const last = cut.charCodeAt(cut.length - 1);
    cut = cut.slice(0, isLowSurrogate(last) && cut.length > 1 ? -2 : -1);
  }
  return cut;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
