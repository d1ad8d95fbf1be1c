/** Everything that journals and stores promise, kept by a real PostgreSQL. */
import { openPostgres, type PostgresDatabase } from '@madang/postgres';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import { portContracts } from '../support/contracts.ts';
import { type Cluster, NO_POSTGRES, POSTGRES, startCluster } from '../support/postgres.ts';

const { journalContract, storeContract } = await portContracts();
let cluster: Cluster;

async function openEmpty(): Promise<PostgresDatabase> {
  const database = await openPostgres({ connectionString: await cluster.newDatabase(), maxConnections: 6 });
  onTestFinished(() => database.close());
  return database;
}

describe.skipIf(POSTGRES === null)(`a real PostgreSQL${POSTGRES === null ? `: ${NO_POSTGRES}` : ''}`, () => {
  beforeAll(async () => {
    cluster = await startCluster({ max_connections: '200' });
  });
  afterAll(() => cluster?.remove());

  journalContract('postgres', async () => (await openEmpty()).journal);
  storeContract('postgres', async () => (await openEmpty()).store);
});
