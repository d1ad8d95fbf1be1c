/** The suites of the server's ports. They are not published with it, so that they are found by where they are. */
import type { Store } from '@madang/server';
import type { Journal } from '@madang/server/sql';

const PORTS = new URL('../../packages/server/src/ports/', import.meta.url);

interface Contracts {
  /** Defines the tests. `open` gives one of its own each time, with nothing in it. */
  journalContract(name: string, open: () => Promise<Journal>): void;
  storeContract(name: string, open: () => Promise<Store>): void;
}

export async function portContracts(): Promise<Contracts> {
  const load = (name: string): Promise<unknown> => import(new URL(`${name}.contract.test-support.ts`, PORTS).pathname);
  return Object.assign({}, await load('journal'), await load('store')) as Contracts;
}
