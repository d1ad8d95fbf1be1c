import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { trimName } from './hud/menu.ts';
import type { Outcome } from './position.ts';
import { type PageState, WORDS, type Words } from './words.ts';

const markup = readFileSync(new URL('index.html', import.meta.url), 'utf8');
const both: readonly Words[] = Object.values(WORDS);

test('before the program runs, the page says in English what it says afterwards', () => {
  const words = new Map<string, unknown>(Object.entries(WORDS.en));
  const texts = [...markup.matchAll(/data-word="(\w+)"[^>]*>([^<]*)</g)];
  const labels = [...markup.matchAll(/data-word-label="(\w+)"[^>]*? aria-label="([^"]*)"/g)];
  expect(texts.length + labels.length).toBe(markup.match(/data-word(-label)?=/g)?.length);
  for (const [, key = '', text] of [...texts, ...labels]) expect([key, text]).toEqual([key, words.get(key)]);
});

test('no word is empty, and the two languages differ but for names of things', () => {
  for (const words of both) {
    for (const [key, word] of Object.entries(words))
      if (typeof word === 'string') expect([key, word]).not.toEqual([key, '']);
  }
  const { en, ko } = WORDS;
  const same = Object.entries(en).filter(([key, word]) => typeof word === 'string' && Reflect.get(ko, key) === word);
  expect(same).toEqual([]);
});

test('every name that is suggested can be played under', () => {
  for (const { nicknames } of both) {
    for (const first of nicknames.first) {
      for (const second of nicknames.second) expect(trimName(`${first} ${second}`)).toBe(`${first} ${second}`);
    }
  }
});

test('one is one and two are several', () => {
  expect([WORDS.en.spectatorCount(1), WORDS.en.spectatorCount(2)]).toEqual(['1 watches', '2 watch']);
});

test('a wait is told in seconds, and from a minute on in minutes', () => {
  expect([12, 59, 60, 150].map((seconds) => WORDS.en.waitLine(seconds))).toEqual([
    'about 12 s',
    'about 59 s',
    'about 1 min',
    'about 3 min',
  ]);
});

test('a countdown never shows a time that has passed', () => {
  for (const { retryIn } of both) {
    expect(retryIn(-0)).toBe(retryIn(-3));
    expect(retryIn(0)).not.toMatch(/\d/);
    expect(retryIn(1)).toMatch(/1/);
  }
});

test('the title of the tab tells the states apart, and marks those in which the player is waited for', () => {
  const states: readonly PageState[] = [
    'menu',
    'finding',
    'waiting',
    'mine',
    'theirs',
    'bidding',
    'over',
    'watching',
    'lost',
  ];
  for (const { pageTitle } of both) {
    const titles = states.map(pageTitle);
    expect(new Set(titles).size).toBe(states.length);
    expect(states.filter((state) => pageTitle(state).startsWith('●'))).toEqual(['mine', 'bidding']);
  }
});

test('every way a round can end is told, to winner and loser in different words where one of them did it', () => {
  const outcomes: readonly Outcome[] = ['won', 'lost', 'draw', 'watched'];
  for (const { outcome, ending } of both) {
    expect(new Set(outcomes.map((one) => outcome(one, 'Ada'))).size).toBe(4);
    expect(outcome('watched', 'Ada')).toContain('Ada');
    for (const end of ['time', 'resigned', 'left'] as const) expect(ending(end, true)).not.toBe(ending(end, false));
    for (const end of ['five', 'full', 'agreed'] as const) expect(ending(end, false)).not.toBe('');
  }
});
