/** Where and when figures were measured: said beside every one of them that is kept. */
import { availableParallelism, cpus } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** With its `v`. */
  readonly node: string;
}

export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'an unknown processor',
    cores: availableParallelism(),
    node: process.version,
  };
}

export function describeMachine({ processor, cores, node }: Machine): string {
  return `${processor}, ${cores} cores, Node ${node.slice(1)}`;
}
