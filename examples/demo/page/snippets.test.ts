import { Script } from 'node:vm';
import { landGrab } from '@madang-examples/land-grab/game';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { piecesOf } from './highlight.ts';
import { type Snippet, snippetsFor } from './snippets.ts';

const ORIGIN = 'https://play.example:8443';
const all = (origin = ORIGIN): readonly Snippet[] => Object.values(snippetsFor(origin)).flat();

test('a Python program speaks to the server the page came from, a browser one to its own page', () => {
  const code = new Map(all().map((snippet) => [snippet.id, snippet.code]));
  expect(code.get('socketio-python')).toContain(`sio.connect('${ORIGIN}',`);
  expect(code.get('websocket-python')).toContain(`'wss://play.example:8443/websocket?name=tornado'`);
  for (const id of ['sdk', 'socketio', 'websocket'] as const) expect(code.get(id)).not.toContain('play.example');
});

test('wherever the page lies, nothing of the template is left', () => {
  const origin = fc
    .tuple(fc.constantFrom('http', 'https'), fc.domain(), fc.option(fc.integer({ min: 1, max: 65_535 })))
    .map(([scheme, host, port]) => `${scheme}://${host}${port === null ? '' : `:${port}`}`);
  fc.assert(
    fc.property(origin, (from) => {
      for (const { code, language } of all(from)) {
        expect(code).not.toMatch(/\bORIGIN\b|undefined|\[object/);
        if (language === 'js') continue;
        expect(code).not.toContain('${');
        expect(code.split(from.replace(/^https?:/, '')).length).toBe(2);
      }
    }),
  );
});

test('each program has a name of its own and says what it is', () => {
  const snippets = all();
  expect(new Set(snippets.map(({ id }) => id)).size).toBe(snippets.length);
  for (const { id, language, tab } of snippets) expect([id, tab === 'JavaScript']).toEqual([id, language === 'js']);
});

test('every browser program is JavaScript that the console takes', () => {
  for (const { code, language } of all()) {
    if (language === 'js') expect(() => new Script(`(async () => {\n${code}\n})`)).not.toThrow();
  }
});

test('every step of a program is a word or a direction that the game knows, and the steps make a square', () => {
  for (const { id, code } of all()) {
    const [, listed = ''] = /for .* (?:of|in) \[(.*?)\]/.exec(code) ?? [];
    const steps = [...listed.matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
    const known = new Map<string, object>(Object.entries(landGrab.words ?? {}));
    expect([id, steps.map((word) => known.get(word))]).toEqual([
      id,
      ['right', 'down', 'left', 'up'].map((dir) => ({ dir })),
    ]);
  }
});

test('colouring a program leaves its text as it was', () => {
  for (const { code, language } of all()) {
    const pieces = piecesOf(code, language);
    expect(pieces.map(({ text }) => text).join('')).toBe(code);
    expect(new Set(pieces.map(({ kind }) => kind))).toEqual(new Set([null, 'comment', 'text', 'number', 'word']));
  }
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('js' as const, 'python' as const), (code, language) => {
      const text = piecesOf(code, language).map((piece) => piece.text);
      expect(text.join('')).toBe(code);
    }),
  );
});

test('a comment sign within a text begins no comment, nor a quote within a comment a text', () => {
  const coloured = (code: string, language: 'js' | 'python') =>
    piecesOf(code, language).flatMap(({ kind, text }) => (kind === null ? [] : [[kind, text]]));
  expect(coloured(`say('http://x') // it's`, 'js')).toEqual([
    ['text', `'http://x'`],
    ['comment', `// it's`],
  ]);
  expect(coloured(`say('#1') # it's`, 'python')).toEqual([
    ['text', `'#1'`],
    ['comment', `# it's`],
  ]);
});
