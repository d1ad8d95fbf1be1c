/** What a game's rules make of a ticket: what may be wished for, and what a ticket accepts as of a moment. */
import { type AnyField, GameError, type MatchSettings, type Widening } from '@madang/core';
import { NEW_RATING, POINTS_PER_MU, type Rating } from './rating.ts';
import type { Criteria, Ticket, TicketWish } from './ticket.ts';

const KEY_LENGTH_MAX = 128;
const LATENCY_MS_MAX = 60_000;

/** The part of a ticket that is wished for. */
export type CheckedWish = Pick<Ticket, 'players' | 'size' | 'mu' | 'points' | 'criteria' | 'latenciesMs'>;

export class TicketRules {
  readonly settings: MatchSettings;
  /** At least one; `''` on a server without regions. */
  readonly regions: readonly string[];
  readonly #criteria: readonly (readonly [string, AnyField])[];
  /** When each criterion is given up; infinite for those that never are. */
  readonly #dropAfterMs: readonly number[];

  constructor(settings: MatchSettings, regions: readonly string[]) {
    this.settings = settings;
    this.regions = regions.length === 0 ? [''] : regions;
    this.#criteria = Object.entries(settings.criteria);
    this.#dropAfterMs = this.#criteria.map(([name]) => settings.dropAfterMs[name] ?? Number.POSITIVE_INFINITY);
  }

  /**
   * What a wish comes to. Throws BAD_MESSAGE for players that make no party of this game, and for criteria and
   * latencies that are not plain values of the declared names.
   */
  check({ players: wished, criteria }: TicketWish): CheckedWish {
    const { teamSize } = this.settings;
    const size = wished.length;
    if (size < 1 || size > teamSize.max) throw badWish(`a party has 1 to ${teamSize.max} players`);
    if (new Set(wished.map(({ key }) => key)).size < size) throw badWish('a player is in it twice');
    for (const { key } of wished) {
      if (key === '' || key.length > KEY_LENGTH_MAX || !key.isWellFormed())
        throw badWish('a key of a player is no text');
    }
    const players = wished.map(({ key, rating = NEW_RATING }) => ({ key, rating }));
    const mu = players.reduce((sum, { rating }) => sum + rating.mu, 0);
    if (!Number.isFinite(mu)) throw badWish('a rating is no number');
    const latencies = wished.map(({ latenciesMs }) => this.#checkLatencies(latenciesMs));
    return {
      players,
      size,
      mu,
      points: this.pointsOf({ mu: mu / size, sigma: 0 }),
      criteria: this.checkCriteria(criteria),
      latenciesMs: this.regions.map((_, region) => Math.max(...latencies.map((one) => one[region] ?? 0))),
    };
  }

  /** Where a rating is on the scale that widths are in; in a game that is not rated all are the same. */
  pointsOf({ mu }: Rating): number {
    return this.settings.rated ? POINTS_PER_MU * mu : 0;
  }

  /** Criteria from outside. Throws BAD_MESSAGE for all but plain values of declared names. */
  checkCriteria(value: unknown): Criteria {
    const given = entriesOf(value, 'criteria');
    for (const [name] of given) {
      if (!this.#criteria.some(([known]) => known === name)) throw badWish('there is no such criterion');
    }
    const values = new Map(given);
    return this.#criteria.map(([name, field]) => {
      const wanted = values.get(name);
      return wanted === undefined || wanted === null ? null : rawOf(name, field, wanted);
    });
  }

  /** Criteria as the game's own values, by name; those that are open are absent. */
  valuesOf(criteria: Criteria): Readonly<Record<string, unknown>> {
    const values: Record<string, unknown> = {};
    for (const [index, [name, { codec }]] of this.#criteria.entries()) {
      const raw = criteria[index] ?? null;
      if (raw !== null && codec.store === 'int') values[name] = codec.toValue(raw);
    }
    return values;
  }

  /** How far from its own a ticket lets others' ratings be, in points. */
  reachAt({ sinceMs }: Ticket, nowMs: number): number {
    return widthAt(this.settings.skill, nowMs - sinceMs);
  }

  /** True when a region is near enough for a ticket. Its nearest always is. */
  isNear({ latenciesMs, sinceMs }: Ticket, region: number, nowMs: number): boolean {
    const farMs = latenciesMs[region] ?? Number.POSITIVE_INFINITY;
    return farMs <= widthAt(this.settings.latencyMs, nowMs - sinceMs) || farMs <= Math.min(...latenciesMs);
  }

  /**
   * What a ticket still asks for: criteria that it has waited too long for are open. The same list where there are
   * none.
   */
  criteriaAt({ criteria, sinceMs }: Ticket, nowMs: number): Criteria {
    const waitedMs = nowMs - sinceMs;
    const isGivenUp = (afterMs: number): boolean => waitedMs >= afterMs;
    if (!this.#dropAfterMs.some(isGivenUp)) return criteria;
    return criteria.map((raw, index) => (isGivenUp(this.#dropAfterMs[index] ?? waitedMs) ? null : raw));
  }

  /** How long until a ticket gives up its next criterion; infinite where it has none to give up. */
  untilDropMs({ sinceMs }: Ticket, nowMs: number): number {
    const waitedMs = nowMs - sinceMs;
    return Math.min(...this.#dropAfterMs.filter((afterMs) => afterMs > waitedMs)) - waitedMs;
  }

  #checkLatencies(value: unknown): readonly number[] {
    const given = entriesOf(value, 'latencies');
    if (given.length === 0) return this.regions.map(() => 0);
    const latencies = new Map<string, number>();
    for (const [region, latencyMs] of given) {
      if (!this.regions.includes(region)) throw badWish('there is no such region');
      if (typeof latencyMs !== 'number' || !(latencyMs >= 0 && latencyMs <= LATENCY_MS_MAX)) {
        throw badWish(`a latency must be a number from 0 to ${LATENCY_MS_MAX}`);
      }
      latencies.set(region, latencyMs);
    }
    return this.regions.map((region) => latencies.get(region) ?? Number.POSITIVE_INFINITY);
  }
}

function rawOf(name: string, { codec, signature }: AnyField, value: unknown): number {
  const raw = codec.store === 'int' ? codec.quantise(value) : Number.NaN;
  if (Number.isNaN(raw)) throw badWish(`${name} must be ${signature}`);
  return raw;
}

function entriesOf(value: unknown, what: string): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw badWish(`${what} must be values by name`);
  return Object.entries(value);
}

function badWish(reason: string): GameError {
  return new GameError('BAD_MESSAGE', `This ticket cannot be taken: ${reason}.`, { reason });
}

function widthAt({ start, perSecond, limit }: Widening, waitedMs: number): number {
  return Math.min(limit, start + (perSecond * waitedMs) / 1000);
}
