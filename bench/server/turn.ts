/** One turn of the plan, in a process of its own: whatever goes wrong in it ends with it. */
import { answer } from '../isolated.ts';
import { rampCell, runCell } from './cell.ts';
import type { CapacityFigures, Figures } from './figures.ts';
import type { Turn } from './plan.ts';

export type Outcome =
  | { readonly kind: 'cell'; readonly cell: Figures }
  | { readonly kind: 'capacity'; readonly capacity: CapacityFigures }
  | { readonly kind: 'failure'; readonly error: string };

answer(async ({ workload, server, players, measuredMs }: Turn): Promise<Outcome> => {
  try {
    const request = { workload, server, measuredMs };
    if (players === null) return { kind: 'capacity', capacity: await rampCell(request) };
    return { kind: 'cell', cell: await runCell({ ...request, players }) };
  } catch (error) {
    return { kind: 'failure', error: error instanceof Error ? error.message : String(error) };
  }
});
