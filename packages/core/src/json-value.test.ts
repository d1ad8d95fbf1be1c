import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JSON_DEPTH_MAX, parseJson, toJsonValue } from './json-value.ts';

test('honest JSON passes as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value);
      fc.pre(
        text.isWellFormed() && !/"(__|constructor|toString|valueOf|hasOwn|isProto|propertyIs|toLocale)/.test(text),
      );
      expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

test.each([
  ['[PR06] a number past all numbers', '1e999'],
  ['[PR06] one inside', '{"a":[1e999]}'],
  ['[PR05] __proto__', '{"__proto__":{"x":1}}'],
  ['[PR05] constructor', '{"a":{"constructor":1}}'],
  ['[PR05] toString', '{"toString":"x"}'],
  ['[PR06] 16 KiB of [', '['.repeat(16_384)],
  ['[PR07] nesting no receiver could write again', `${'['.repeat(100)}${']'.repeat(100)}`],
  ['[PR08] half a surrogate pair', '"\\ud800"'],
  ['[PR08] half a surrogate pair in a key', '{"\\ud800":1}'],
  ['nothing', ''],
  ['two values', '1 2'],
])('%s is refused with BAD_MESSAGE', (_, text) => {
  expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
  expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
});

test('a value is taken to the depth that is allowed and no deeper', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  expect(() => parseJson(nested(JSON_DEPTH_MAX))).not.toThrow();
  expect(() => parseJson(nested(JSON_DEPTH_MAX + 1))).toThrow();
});

test('what JSON cannot carry is refused: functions, dates, bytes, BigInts', () => {
  for (const value of [() => {}, new Date(), new Uint8Array(1), 1n, undefined, Symbol('s'), new Map()]) {
    expect(() => toJsonValue(value)).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
  }
});

test('the copy inherits nothing', () => {
  expect(Object.getPrototypeOf(parseJson('{"a":1}'))).toBeNull();
});
