import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { trimName } from './hud/menu.ts';
import { WORDS, type Words } from './words.ts';

const markup = readFileSync(new URL('index.html', import.meta.url), 'utf8');
const both: readonly Words[] = Object.values(WORDS);

test('before the program runs, the page says in English what it says afterwards', () => {
  const words = new Map<string, unknown>(Object.entries(WORDS.en));
  const texts = [...markup.matchAll(/data-word="(\w+)"[^>]*>([^<]*)</g)];
  const labels = [...markup.matchAll(/data-word-label="(\w+)"[^>]*? aria-label="([^"]*)"/g)];
  expect(texts.length + labels.length).toBe(markup.match(/data-word(-label)?=/g)?.length);
  for (const [, key = '', text] of [...texts, ...labels]) expect([key, text]).toEqual([key, words.get(key)]);
});

test('nothing is said in one language only', () => {
  for (const [key, word] of Object.entries(WORDS.en)) {
    const other: unknown = Reflect.get(WORDS.ko, key);
    expect([key, typeof other]).toEqual([key, typeof word]);
    if (typeof other === 'string') expect(other).not.toBe('');
  }
});

test('every name that is suggested can be played under', () => {
  for (const { nicknames } of both) {
    for (const first of nicknames.first) {
      for (const second of nicknames.second) expect(trimName(`${first} ${second}`)).toBe(`${first} ${second}`);
    }
  }
});

test('one is one and two are several', () => {
  const { en } = WORDS;
  expect([en.playerCount(1), en.playerCount(2), en.botCount(1), en.botCount(0)]).toEqual([
    '1 player',
    '2 players',
    '1 bot',
    '0 bots',
  ]);
});

test('the winner’s name is followed by the particle that its last sound asks for', () => {
  const { wonEnding } = WORDS.ko;
  expect(['민지', '바람', 'Sam'].map((name) => wonEnding(name).split(' ')[0])).toEqual(['가', '이', '이(가)']);
});

test('the title of the tab tells the states apart', () => {
  for (const { pageTitle } of both) {
    const titles = (['menu', 'connecting', 'playing', 'lost'] as const).map((state) => pageTitle(state, '1:07'));
    expect(new Set(titles).size).toBe(4);
    expect(titles[2]).toContain('1:07');
  }
});
