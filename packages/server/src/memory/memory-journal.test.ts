import { expect, test } from 'vitest';
import { aCommit, journalContract } from '../ports/journal.contract.test-support.ts';
import { MemoryJournal } from './memory-journal.ts';

journalContract('memory', async () => new MemoryJournal());

test('memory: what is asked is done at the call, so that a simulation can stop anywhere', async () => {
  const journal = new MemoryJournal();
  const committed = journal.commit(aCommit([{ roomId: 'a', seq: 1 }]));
  expect(await journal.unfinished()).toHaveLength(1);
  await committed;
});
