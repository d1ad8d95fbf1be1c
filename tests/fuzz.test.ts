/** A short run of `npm run fuzz`, as a process: the whole of it is 10^6 streams and 10^7 inputs. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
}

function fuzz(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['scripts/fuzz.ts', ...args], { cwd: ROOT });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (exitCode) => done({ exitCode, output }));
  });
}

/** Another one each day: what is found is printed with a line that repeats it. */
const seed = String(Math.floor(Date.now() / 86_400_000));

describe('fuzzing', () => {
  test('[FR29] [PR21] a short run from the seed of the day finds nothing', async () => {
    const { exitCode, output } = await fuzz(
      ...['--inputs', '40000', '--streams', '4000', '--sessions', '200', '--seed', seed],
    );
    expect(output).toContain(`fuzz: 40,000 inputs, 4,000 streams, 200 sessions, seed ${seed}: nothing found`);
    expect(output).toMatch(/^ {2}1002 /m);
    expect(exitCode).toBe(0);
  });

  test.each([
    'client/yard 02ff',
    'server/bazaar 42',
    'session 000101',
    'stream 8a84000000000000000088820022000003f3 4,7',
  ])('the line %j is sent again', async (line) => {
    expect(await fuzz('--replay', line)).toEqual({ exitCode: 0, output: 'nothing is wrong with it\n' });
  });

  test.each([
    ['a decoder that does not exist', ['--replay', 'nobody 00'], 'there is no decoder nobody'],
    ['a count that is none', ['--inputs', 'many'], '--inputs must be a whole number'],
  ])('%s is refused', async (_, args, sentence) => {
    const { exitCode, output } = await fuzz(...args);
    expect(output).toContain(sentence);
    expect(exitCode).not.toBe(0);
  });
});
