import pg from 'pg';
import { expect, test } from 'vitest';
import { failureOf } from './failure.ts';

const IN_TIME = { isLate: false, isCommitSent: false };
const AT_COMMIT = { isLate: false, isCommitSent: true };

function answer(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('as PostgreSQL says it', 0, 'error'), { code, severity: '오류' });
}

function lineError(code: string): Error {
  return Object.assign(new Error('as the system says it'), { code });
}

test.each([
  ['40001', 'busy', 'always'],
  ['40P01', 'busy', 'always'],
  ['53300', 'busy', 'always'],
  ['0A000', 'refused', 'always'],
  ['26000', 'refused', 'always'],
  ['53200', 'busy', 'never'],
  ['55P03', 'busy', 'never'],
  ['53100', 'full', 'never'],
  ['25006', 'read-only', 'never'],
  ['57014', 'timeout', 'never'],
  ['58030', 'io', 'never'],
  ['XX001', 'corrupt', 'never'],
  ['XX002', 'corrupt', 'never'],
  ['XX000', 'refused', 'never'],
  ['23505', 'refused', 'never'],
  ['42P01', 'refused', 'never'],
  ['28P01', 'refused', 'never'],
  ['3D000', 'refused', 'never'],
] as const)('PostgreSQL answers %s: it is %s, and repeated %s [ST12]', (code, kind, repeat) => {
  expect(failureOf(answer(code), IN_TIME)).toMatchObject({ error: { kind }, isAnswer: true, repeat });
});

test.each(['57P01', '57P02', '57P03', '57P05', '08006', '25P03'])(
  'PostgreSQL says goodbye with %s: it is gone, and only reads are repeated [ST10]',
  (code) => {
    const gone = { error: { kind: 'gone' }, isAnswer: false, isLineSpent: true, repeat: 'reads' };
    expect(failureOf(answer(code), IN_TIME)).toMatchObject(gone);
  },
);

test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', '53300'])(
  'a line that breaks with %s is gone, whatever else that code could mean [ST10]',
  (code) => {
    const gone = { error: { kind: 'gone' }, isAnswer: false, isLineSpent: true, repeat: 'reads' };
    expect(failureOf(lineError(code), IN_TIME)).toMatchObject(gone);
  },
);

test('a line that we broke because time was up is a timeout, which is never repeated [ST11]', () => {
  const late = { error: { kind: 'timeout' }, isAnswer: false, isLineSpent: true, repeat: 'never' };
  expect(failureOf(lineError('ECONNRESET'), { isLate: true, isCommitSent: false })).toMatchObject(late);
});

test('once COMMIT was sent, nothing but an answer tells that it was not done [ST13]', () => {
  const unknown = { error: { kind: 'unknown-outcome' }, isLineSpent: true, repeat: 'never' };
  expect(failureOf(lineError('ECONNRESET'), AT_COMMIT)).toMatchObject(unknown);
  expect(failureOf(new Error('Connection terminated'), { isLate: true, isCommitSent: true })).toMatchObject(unknown);
  expect(failureOf(answer('57P01'), AT_COMMIT)).toMatchObject(unknown);
  expect(failureOf(answer('58030'), AT_COMMIT)).toMatchObject(unknown);
  expect(failureOf(answer('40001'), AT_COMMIT)).toMatchObject({ error: { kind: 'busy' }, repeat: 'always' });
  expect(failureOf(answer('23505'), AT_COMMIT)).toMatchObject({ error: { kind: 'refused' } });
});

test.each(['0A000', '26000'])(
  'a connection whose prepared statements are of no use any more (%s) is left for a new one',
  (code) => {
    expect(failureOf(answer(code), IN_TIME)).toMatchObject({ isLineSpent: true });
  },
);

test('a standby is left for a new connection, which may find the server that took over', () => {
  expect(failureOf(answer('25006'), IN_TIME)).toMatchObject({ isLineSpent: true });
  expect(failureOf(answer('23505'), IN_TIME)).toMatchObject({ isLineSpent: false });
});
