/** Our native protocol. */
import { applyServerFrame, ByteReader, encodeClientFrame, encodeJoin, type Game, SUBPROTOCOL } from '@madang/core';
import { frameOf, upgradeRequest } from '../../load/line.ts';
import { anyGameOf } from '../servers/madang-game.ts';
import type { Dialect } from './dialects.ts';
import type { LoadStart } from './orders.ts';

const SNAPSHOT = 65;
const DELTA = 66;
const REFUSAL = 69;

/** Ticks ahead of the newest state that inputs are for: on one machine they come in time. */
const LEAD_TICKS = 2;
const VIEW_DELAY_TICKS = 3.5;

export function madang({ port, setting }: LoadStart, isWatching: boolean): Dialect {
  const game = anyGameOf(setting);
  const request = upgradeRequest(port, '/play', `Sec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n`);
  const join = { game: game.name, fingerprint: game.fingerprint, isSpectator: isWatching };
  const inputs = new InputFrames(game, setting.directions);
  return {
    ask: () => request,
    hello: frameOf(encodeJoin(join)),
    hear(_line, speaker, data, start, end) {
      const kind = data[start];
      if (kind === DELTA || kind === SNAPSHOT) {
        speaker.newestTick = varintAt(data, start + 1);
        return 'state';
      }
      if (kind !== REFUSAL) return 'other';
      const frame = applyServerFrame(game, null, 0, new ByteReader(data.subarray(start, end)));
      return { refused: frame.kind === 'refusal' ? frame.code : frame.kind };
    },
    input: ({ newestTick }, direction) => inputs.of(newestTick, direction),
    farewell: frameOf(encodeClientFrame(game, { kind: 'leave' })),
  };
}

/** Players at the same tick who ask for the same send the same bytes. */
class InputFrames {
  /** Ticks of all rooms are within so many of each other, or frames are made again. */
  static readonly #KEPT_MAX = 8_192;
  readonly #game: Game;
  readonly #directions: readonly string[];
  readonly #frames = new Map<number, Buffer>();

  constructor(game: Game, directions: readonly string[]) {
    this.#game = game;
    this.#directions = directions;
  }

  of(seenTick: number, direction: number): Buffer {
    const key = seenTick * this.#directions.length + direction;
    const made = this.#frames.get(key);
    if (made !== undefined) return made;
    if (this.#frames.size === InputFrames.#KEPT_MAX) this.#frames.clear();
    const frame = frameOf(
      encodeClientFrame(this.#game, {
        kind: 'input',
        tick: seenTick + LEAD_TICKS,
        seenTick,
        viewDelayTicks: VIEW_DELAY_TICKS,
        input: { dir: this.#directions[direction] ?? '' },
      }),
    );
    this.#frames.set(key, frame);
    return frame;
  }
}

/** Read in place: this happens for every frame of every player. */
function varintAt(data: Buffer, at: number): number {
  let value = 0;
  for (let shift = 0; shift < 32; shift += 7) {
    const byte = data[at++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value >>> 0;
}
