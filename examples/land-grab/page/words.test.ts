import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { trimName } from './hud/menu.ts';
import { WORDS, type Words } from './words.ts';
import { shortName } from './yard/world.ts';

const markup = readFileSync(new URL('index.html', import.meta.url), 'utf8');
const both: readonly Words[] = Object.values(WORDS);

test('before the program runs, the page says in English what it says afterwards', () => {
  const words = new Map<string, unknown>(Object.entries(WORDS.en));
  const texts = [...markup.matchAll(/data-word="(\w+)"[^>]*>([^<]*)</g)];
  const labels = [...markup.matchAll(/data-word-label="(\w+)"[^>]*? aria-label="([^"]*)"/g)];
  expect(texts.length + labels.length).toBe(markup.match(/data-word(-label)?=/g)?.length);
  for (const [, key = '', text] of [...texts, ...labels]) expect([key, text]).toEqual([key, words.get(key)]);
});

test('there are six things to say in each language, and each fits into its bubble', () => {
  for (const { said } of both) {
    expect(said.length).toBe(6);
    expect(said.map((line) => shortName(line, 24))).toEqual(said);
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
  expect([
    en.playerCount(1),
    en.playerCount(2),
    en.botCount(1),
    en.botCount(0),
    en.winCount(1),
    en.winCount(3),
  ]).toEqual(['1 player', '2 players', '1 bot', '0 bots', '1 win', '3 wins']);
  expect([en.rankLine(1, 4, 1), en.rankLine(2, 4, 9)]).toEqual([
    'You came 1 of 4, with 1 cell.',
    'You came 2 of 4, with 9 cells.',
  ]);
});

test('the winner’s name is followed by the particle that its last sound asks for', () => {
  const { wonEnding } = WORDS.ko;
  expect(['민지', '바람', '도토리', '별', 'Sam', '민지😀', ''].map((name) => wonEnding(name).split(' ')[0])).toEqual([
    '가',
    '이',
    '가',
    '이',
    '이(가)',
    '이(가)',
    '이(가)',
  ]);
});

test('a countdown never shows a time that has passed', () => {
  for (const { retryIn } of both) {
    expect(retryIn(-0)).toBe(retryIn(-3));
    expect(retryIn(0)).not.toMatch(/\d/);
    expect(retryIn(1)).toMatch(/1/);
  }
});

test('the title of the tab tells the states apart', () => {
  for (const { pageTitle } of both) {
    const titles = (['menu', 'connecting', 'playing', 'lost'] as const).map((state) => pageTitle(state, '1:07'));
    expect(new Set(titles).size).toBe(4);
    expect(titles[2]).toContain('1:07');
  }
});
