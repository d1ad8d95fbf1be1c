/**
 * kill -9 at any moment, and players who come back: what they were told is there. 20 rounds of SQLite and 10 of PostgreSQL, or MADANG_KILLS
 * of each, whose figures are then printed.
 */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, NO_POSTGRES, POSTGRES, startCluster } from '../support/postgres.ts';
import { freshFolder } from '../support/process.ts';
import { figures, type KillOptions, type KillReport, killRounds } from './kill-rounds.ts';

const KILLS = Number(process.env.MADANG_KILLS ?? 0);
const SEED = Number(process.env.MADANG_SEED ?? 1);

/** A round takes about two seconds, and longer on a machine that has much else to do. */
const ROUND_MS = 30_000;

const MODES = ['strict', 'async'] as const;

async function freePort(): Promise<number> {
  const holder = createServer();
  await new Promise<void>((listening) => void holder.listen({ port: 0, host: '127.0.0.1' }, listening));
  const address = holder.address();
  await new Promise<void>((closed) => void holder.close(() => closed()));
  if (address === null || typeof address === 'string') throw new Error('this holder has no port');
  return address.port;
}

async function play(options: Omit<KillOptions, 'seed' | 'port'>): Promise<KillReport> {
  const report = await killRounds({ ...options, seed: SEED, port: await freePort() });
  if (KILLS > 0) console.log(storyOf(options, report));
  expect(report).toMatchObject({ lost: [], twice: [], takenBack: [], sentAway: [] });
  expect(report.acknowledged).toBeGreaterThan(options.rounds);
  return report;
}

function storyOf({ durability, journal: [kind] }: Omit<KillOptions, 'seed' | 'port'>, report: KillReport): string {
  const { kills, acknowledged, lost, twice, takenBack, sentAway, windowMs, startMs, listeningMs, frameMs } = report;
  return [
    `${kind}, ${durability}, seed ${SEED}: ${kills} kills, ${acknowledged} acknowledged`,
    `lost ${lost.length}, twice ${twice.length}, taken back ${takenBack.length}, sent away ${sentAway.length}`,
    `gone with a process in its last moment ${windowMs.length} (${figures(windowMs)})`,
    `start to listening ${figures(startMs)}; kill to listening ${figures(listeningMs)}; kill to a state ${figures(frameMs)}`,
  ].join('\n  ');
}

/** What SQLite says of a file while a server has it open. */
function integrityOf(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    return database.prepare('PRAGMA integrity_check').get();
  } finally {
    database.close();
  }
}

describe('after kill -9 at any moment, with a journal in a SQLite file,', () => {
  const rounds = Math.ceil((KILLS || 20) / 2);
  test.each(MODES)(
    'in %s: everybody comes back unasked, what was acknowledged is there once, the file is sound [ST04] [PC01]',
    async (durability) => {
      const file = join(freshFolder(), 'journal.db');
      const looked = (): void => expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
      await play({ durability, rounds, journal: ['sqlite', file], looked });
    },
    rounds * ROUND_MS,
  );
});

describe.skipIf(POSTGRES === null)(
  `after kill -9 at any moment, with a journal in a PostgreSQL${POSTGRES === null ? `: ${NO_POSTGRES}` : ''},`,
  () => {
    const rounds = Math.ceil((KILLS || 10) / 2);
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster();
    });
    afterAll(() => cluster?.remove());

    test.each(MODES)(
      'in %s: everybody comes back unasked, what was acknowledged is there once [ST04] [PC01]',
      async (durability) => {
        await play({ durability, rounds, journal: ['postgres', await cluster.newDatabase()] });
      },
      rounds * ROUND_MS,
    );
  },
);
