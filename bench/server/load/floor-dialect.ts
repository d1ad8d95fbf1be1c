/** The dialect of the hand-written servers, as `floor-protocol.ts` has it. */
import { frameOf, upgradeRequest } from '../../load/line.ts';
import { WATCH, WHOLE } from '../floor-protocol.ts';
import type { Dialect } from './dialects.ts';
import type { LoadStart } from './orders.ts';

export function floor({ port, setting }: LoadStart, isWatching: boolean): Dialect {
  const request = upgradeRequest(port, '/');
  const hello = frameOf(Buffer.from(setting.kind + (isWatching ? WATCH : ''), 'latin1'));
  const inputs = setting.directions.map((_, direction) => frameOf(Uint8Array.of(direction)));
  return {
    ask: () => request,
    hello,
    hear: (_line, _speaker, data, start) => (data[start] === WHOLE ? 'first' : 'state'),
    input: (_speaker, direction) => inputs[direction] ?? hello,
    farewell: null,
  };
}
