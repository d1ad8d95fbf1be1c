/** A game of payments: what was acknowledged can be looked for in the state afterwards. For simulations, and for processes that are killed. */
import { defineGame, record, request, table, u8, u16, u32 } from '@madang/core';

/** Payments of one room at most. */
const PAYMENTS_MAX = 60_000;

export function ledgerOf(durability: 'strict' | 'async', recordings: 'none' | 'keep-with-inputs' = 'none') {
  return defineGame({
    name: 'ledger',
    tickRateHz: 20,
    seats: 8,
    state: {
      payments: table(
        { client: u8, serial: u32, tick: u32, secret: u16.visibleTo('nobody') },
        { maxRows: PAYMENTS_MAX },
      ),
      hall: record({ count: u32 }),
    },
    input: { hand: u8 },
    commands: { pay: request({ client: u8, serial: u32 }, { count: u32, tick: u32 }) },
    rates: { pay: 128 },
    durability,
    recordings,
    snapshotEveryMs: 1_000,
    on: {
      pay({ state: { payments, hall } }, _seat, { client, serial }, { tick, random }) {
        payments.add({ client, serial, tick, secret: random.below(65_536) });
        hall.count++;
        return { count: hall.count, tick };
      },
    },
  });
}

export type LedgerGame = ReturnType<typeof ledgerOf>;

/** A payment as a client knows it, once it was acknowledged. */
export interface Acknowledged {
  readonly roomId: string;
  readonly client: number;
  readonly serial: number;
  /** The tick in which it was done. */
  readonly tick: number;
}

/** How often each payment is in a state, by client and serial. */
export function paymentsIn(
  rows: Iterable<{ readonly client: number; readonly serial: number }>,
): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const payment of rows) times.set(keyOf(payment), (times.get(keyOf(payment)) ?? 0) + 1);
  return times;
}

export function keyOf({ client, serial }: { readonly client: number; readonly serial: number }): string {
  return `${client}:${serial}`;
}
