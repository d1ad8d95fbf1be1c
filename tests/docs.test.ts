/** What the documents say is what the code does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@madang/client';
import { ERRORS, type ErrorCode, isErrorCode } from '@madang/core';
import { expect, onTestFinished, test } from 'vitest';
import { tag } from './readme/game.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The rows of the errors table: code, close code, advice. */
function documented(): Map<string, { closeCode: number | null; then: string }> {
  const rows = read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \| (\d+|–) \| `([a-z-]+)` \| \S.*\|$/gmu);
  return new Map(
    [...rows].map(([, code = '', closeCode, then = '']) => [
      code,
      { closeCode: closeCode === '–' ? null : Number(closeCode), then },
    ]),
  );
}

test('every error code has its row in docs/errors.md, with its close code and its advice', () => {
  const table = documented();
  for (const [code, error] of Object.entries(ERRORS)) expect([code, table.get(code)]).toEqual([code, error]);
});

test('every row of docs/errors.md is a code that exists, once, in order', () => {
  const codes = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gmu)].map(([, code = '']) => code);
  expect(codes.filter((code) => !isErrorCode(code))).toEqual([]);
  expect(codes).toEqual([...new Set(codes)].sort());
});

test('close codes named in docs/protocol.md are those of the code they stand beside', () => {
  const named = [...read('docs/protocol.md').matchAll(/`([A-Z_]+)` \((\d{4})\)/gu)];
  expect(named.length).toBeGreaterThan(3);
  for (const [, code = '', closeCode] of named) {
    expect([code, ERRORS[code as ErrorCode]?.closeCode]).toEqual([code, Number(closeCode)]);
  }
});

test.each(['README.md', 'README.ko.md'])('the code of %s is the code that this suite runs', (file) => {
  const text = read(file);
  for (const name of ['game.ts', 'server.ts', 'client.ts']) expect(text).toContain(read(`tests/readme/${name}`));
});

test('the README’s server runs as it stands, and its game can be played', async () => {
  const server = spawn(process.execPath, [join(root, 'tests/readme/server.ts')], {
    env: { ...process.env, PORT: '0' },
  });
  onTestFinished(() => void server.kill());
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  const url = /http:\S+/u.exec(line.toString())?.[0];
  const room = await connect(url).join(tag, { name: 'Jimin' });
  const before = room.me?.x ?? 0;
  const moved = new Promise<void>((resolve) => {
    room.onState(() => {
      if (room.me !== undefined && room.me.x !== before) resolve();
    });
  });
  room.input({ dir: before > 50 ? 'left' : 'right' });
  await moved;
  expect(room.me?.name).toBe('Jimin');
  await room.leave();
});
