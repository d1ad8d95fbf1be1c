import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { WORDS } from './words.ts';

const markup = readFileSync(new URL('index.html', import.meta.url), 'utf8');

test('every sentence is there in both languages', () => {
  const keys = (words: object): string[] => Object.keys(words).sort();
  expect(keys(WORDS.ko)).toEqual(keys(WORDS.en));
  for (const words of Object.values(WORDS)) {
    for (const text of Object.values(words)) if (typeof text === 'string') expect(text.trim()).not.toBe('');
  }
});

test('before the program runs, the page says in English what it says afterwards', () => {
  const words = new Map<string, unknown>(Object.entries(WORDS.en));
  const texts = [...markup.matchAll(/data-word="(\w+)"[^>]*>([^<]*)</g)];
  expect(texts.length).toBe(markup.match(/data-word=/g)?.length);
  for (const [, key = '', text] of texts) expect([key, text]).toEqual([key, words.get(key)]);
  expect(markup).toContain(`<title>${WORDS.en.pageTitle}</title>`);
});

test('one is one and two are several', () => {
  const { en, ko } = WORDS;
  expect([en.peopleNow(1), en.peopleNow(2)]).toEqual(['One person is playing.', '2 people are playing.']);
  expect([en.seats(3, 0, 16), en.seats(3, 1, 16), en.seats(3, 2, 16)]).toEqual([
    '3 of 16',
    '3 of 16 + 1 bot',
    '3 of 16 + 2 bots',
  ]);
  expect([ko.seats(3, 0, 16), ko.seats(3, 2, 16)]).toEqual(['3/16명', '3/16명 + 봇 2']);
});
