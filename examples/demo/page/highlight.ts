/** Colours for code. The text stays exactly what it was: copying and `textContent` give back the program. */
import { make } from './dom.ts';

const JS_WORDS = 'const|let|await|import|new|for|of|if|true|false|null';
const PYTHON_WORDS = 'import|from|async|await|def|global|while|for|in|if|is|not|and|None|True|False';

const comment = (start: string): string => `(?<comment>${start}.*)`;
const REST = String.raw`(?<text>'[^'\n]*'|"[^"\n]*"|\x60[^\x60]*\x60)|(?<number>\b\d+(?:\.\d+)?\b)`;

const GRAMMAR = {
  js: () => new RegExp(String.raw`${comment('//')}|${REST}|(?<word>\b(?:${JS_WORDS})\b)`, 'g'),
  python: () => new RegExp(String.raw`${comment('#')}|${REST}|(?<word>\b(?:${PYTHON_WORDS})\b|@[\w.]+)`, 'g'),
} as const;

/** A piece of a program, and what kind of thing it is; null for what bears no colour. */
export interface Piece {
  readonly kind: string | null;
  readonly text: string;
}

export function highlighted(code: string, language: keyof typeof GRAMMAR): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const { kind, text } of piecesOf(code, language))
    fragment.append(kind === null ? text : make('span', `code-${kind}`, text));
  return fragment;
}

export function piecesOf(code: string, language: keyof typeof GRAMMAR): readonly Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const found of code.matchAll(GRAMMAR[language]())) {
    const kind = Object.entries(found.groups ?? {}).find(([, value]) => value !== undefined)?.[0];
    if (kind === undefined) continue;
    pieces.push({ kind: null, text: code.slice(done, found.index) }, { kind, text: found[0] });
    done = found.index + found[0].length;
  }
  return [...pieces, { kind: null, text: code.slice(done) }];
}
