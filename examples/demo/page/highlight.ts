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

export function highlighted(code: string, language: keyof typeof GRAMMAR): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let done = 0;
  for (const found of code.matchAll(GRAMMAR[language]())) {
    const kind = Object.entries(found.groups ?? {}).find(([, value]) => value !== undefined)?.[0];
    if (kind === undefined) continue;
    fragment.append(code.slice(done, found.index), make('span', `code-${kind}`, found[0]));
    done = found.index + found[0].length;
  }
  fragment.append(code.slice(done));
  return fragment;
}
