import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askRemedy, unreadableText } from './incompatible.ts';

function terminal() {
  const input = new PassThrough();
  const output = new PassThrough({ encoding: 'utf8' });
  const stop = new AbortController();
  return { input, output, stop, answer: askRemedy(input, output, stop.signal) };
}

/** Until the question was asked so often. */
async function asked(output: PassThrough, times: number): Promise<void> {
  for (let said = ''; said.split('[k]eep').length <= times; )
    said += (await output.iterator({ destroyOnReturn: false }).next()).value;
}

test('it is asked what becomes of the rooms until one of the letters is given', async () => {
  const { input, output, answer } = terminal();
  await asked(output, 1);
  input.write('what?\n');
  await asked(output, 1);
  input.write('Reset\n');
  expect(await answer).toBe('reset');
});

test('nobody has decided where the code changed meanwhile, or the terminal is gone', async () => {
  const changed = terminal();
  changed.stop.abort();
  expect(await changed.answer).toBe(null);
  const gone = terminal();
  gone.input.end();
  expect(await gone.answer).toBe(null);
});

test('each room is named with what is in its way', () => {
  const text = unreadableText([
    { roomId: 'bcdf2345', game: 'tag', message: 'players.x: no.' },
    { roomId: 'ghjk6789', game: 'walk', message: 'players.y: no.' },
  ]);
  expect(text).toBe(
    '2 rooms cannot go on with this code:\n  tag bcdf2345   players.x: no.\n  walk ghjk6789  players.y: no.\n',
  );
});
