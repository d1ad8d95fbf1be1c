import { expect, test } from 'vitest';
import { isOriginAllowed } from './origin.ts';

const policy = { allowedOrigins: ['https://good.example'], allowNoOrigin: true };

test.each([
  ['http://localhost:8888', 'localhost:8888', true],
  ['https://play.example', 'play.example', true],
  ['https://good.example', 'play.example:8888', true],
  [undefined, 'localhost:8888', true],
  ['null', 'localhost:8888', false],
  ['http://evil.good.example', 'play.example', false],
  ['https://good.example.evil.com', 'play.example', false],
  ['http://good.example', 'play.example', false],
  ['https://good.example:444', 'play.example', false],
  ['http://localhost:9999', 'localhost:8888', false],
  ['http://localhost', 'localhost:8888', false],
  ['file://localhost:8888', 'localhost:8888', false],
  ['not an origin', 'localhost:8888', false],
  ['http://localhost:8888', undefined, false],
])('[HS23] a page of %s may connect to %s: %s', (origin, hostHeader, expected) => {
  expect(isOriginAllowed(policy, origin, hostHeader)).toBe(expected);
});

test('clients without an origin can be kept out', () => {
  expect(isOriginAllowed({ ...policy, allowNoOrigin: false }, undefined, 'play.example')).toBe(false);
});
