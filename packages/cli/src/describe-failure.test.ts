import { GameError } from '@madang/core';
import { expect, test } from 'vitest';
import { describeFailure } from './describe-failure.ts';

const FOLDER = '/home/jimin/yard';
const isAuthors = (file: string): boolean => file.startsWith(`${FOLDER}/`);

function failure(error: Error, stack: readonly string[]): Error {
  error.stack = stack.join('\n');
  return error;
}

test('what a rule of ours refused is told with the author’s line that led there', () => {
  const error = new GameError('BAD_SCHEMA', 'The game is not valid: seats: too many.', { where: 'seats', reason: '' });
  const frames = ['    at badSchema (file:///lib/core/schema.ts:151:10)', `    at file://${FOLDER}/src/game.ts:12:18`];
  expect(describeFailure(failure(error, [String(error), ...frames]), isAuthors, FOLDER)).toEqual({
    line: 'src/game.ts:12: BAD_SCHEMA: The game is not valid: seats: too many.',
    excerpt: '',
  });
});

test('code that cannot be read is told with its place and the code there', () => {
  const stack = [
    `${FOLDER}/yard.ts:3`,
    'const b = ;',
    '          ^',
    '',
    'SyntaxError [ERR_X]: Expression expected',
    '    at f (node:a:1:2)',
  ];
  expect(describeFailure(failure(new SyntaxError('Expression expected'), stack), isAuthors, FOLDER)).toEqual({
    line: 'yard.ts:3: Expression expected',
    excerpt: 'const b = ;\n          ^',
  });
});

test('where no line of the author’s is to blame, none is named', () => {
  const error = failure(new Error('Cannot find module'), [
    'Error: Cannot find module',
    '    at resolve (node:internal:1:2)',
  ]);
  expect(describeFailure(error, isAuthors, FOLDER).line).toBe('Cannot find module');
});

test('what is no error at all is told as it is, on one line', () => {
  expect(describeFailure('just\na text', isAuthors).line).toBe('just a text');
});
