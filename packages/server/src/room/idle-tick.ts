/**
 * Ticks in which nothing would be done. Of a room in which nobody does anything most ticks are: they are counted, and that is all.
 * See docs/decisions/0029.
 */
import type { Replication } from '../replication/replication.ts';
import type { AboutRoom } from './about-room.ts';
import type { Asked } from './asked.ts';
import type { Bots } from './bots.ts';
import type { Gallery } from './gallery.ts';
import type { Letters } from './letters.ts';
import type { RoomKeeping } from './room-keeping.ts';
import type { RoomSocial } from './room-social.ts';
import type { TickTimers } from './room-timers.ts';
import type { RulePlay } from './rule-play.ts';
import type { Seating } from './seating.ts';
import type { Seats } from './seats.ts';

/** What does something in a tick. */
export interface TickParts {
  readonly seats: Pick<Seats, 'isAtRest'>;
  readonly rules: Pick<RulePlay, 'isIdle'>;
  readonly asked: Pick<Asked, 'isEmpty'>;
  readonly seating: Pick<Seating, 'isSettled'>;
  readonly replication: Pick<Replication, 'isSameForAll' | 'sendingsTo'>;
  readonly letters: Pick<Letters, 'isEmpty'>;
  readonly social: Pick<RoomSocial, 'hasNews'>;
  readonly gallery: Pick<Gallery, 'size'>;
  readonly keeping: Pick<RoomKeeping, 'isKept'>;
  readonly bots: Pick<Bots, 'areHere'>;
  readonly timers: Pick<TickTimers, 'nextTick'>;
  readonly about: Pick<AboutRoom, 'nextLookTick'>;
}

/** When a room sends, and looks at everybody. */
export interface Sendings {
  readonly ticksPerSending: number;
  readonly sendingsPerLook: number;
}

/** In how many of the ticks after `tick` none of them would do anything, unless somebody does something meanwhile. */
export function idleTicks(parts: TickParts, tick: number, { ticksPerSending, sendingsPerLook }: Sendings): number {
  const { seats, rules, asked, seating, replication, letters, social, gallery, keeping, bots, timers, about } = parts;
  const isIdle =
    seats.isAtRest &&
    rules.isIdle &&
    asked.isEmpty &&
    seating.isSettled &&
    replication.isSameForAll &&
    letters.isEmpty &&
    !social.hasNews &&
    gallery.size === 0 &&
    !keeping.isKept &&
    !bots.areHere;
  if (!isIdle) return 0;
  const nextSending = Math.floor(tick / ticksPerSending) + replication.sendingsTo(sendingsPerLook);
  const next = Math.min(nextSending * ticksPerSending, timers.nextTick, about.nextLookTick);
  return Math.max(0, next - tick - 1);
}
