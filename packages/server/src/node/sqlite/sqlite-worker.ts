/** Runs in a thread of its own, so that nobody else waits for the disk: one connection, one run of transactions after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { Connection } from './connection.ts';
import { toStoreError } from './sqlite-errors.ts';
import type { FromWorker, SqliteAnswer, SqliteFailure, ToWorker } from './sqlite-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker');
const say = (message: FromWorker, owned: readonly ArrayBuffer[] = []): void => port.postMessage(message, owned);

const connection = new Connection(String(workerData), (alarm) => say({ type: 'alarm', alarm }));
say({ type: 'opened', failure: failureOf(() => connection.open()) });

port.on('message', (message: ToWorker) => {
  if (message.type === 'close') {
    const failure = failureOf(() => connection.close());
    if (failure !== null) say({ type: 'alarm', alarm: failure });
    port.close();
    return;
  }
  const answers = connection.run(message.run);
  say({ type: 'done', answers }, answers.flatMap(buffersOf));
});

function failureOf(run: () => void): SqliteFailure | null {
  try {
    run();
    return null;
  } catch (error) {
    const { kind, message } = toStoreError(error);
    return { kind, message };
  }
}

/** SQLite's bytes are made anew for each row, so they can be handed over. */
function buffersOf({ outcome }: SqliteAnswer): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const { rows } of outcome?.results ?? []) {
    for (const row of rows) {
      for (const value of Object.values(row)) {
        if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) buffers.push(value.buffer);
      }
    }
  }
  return buffers;
}
