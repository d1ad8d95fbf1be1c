/** How players who queue for a game are put together: data in its definition, read by the matchmaker. */
import type { Fields } from './field.ts';
import { badSchema, checkFields } from './state-schema.ts';

/** A width that grows while a ticket waits: `start` + `perSecond` for each second, up to `limit` (may be Infinity). */
export interface Widening {
  readonly start: number;
  readonly perSecond: number;
  readonly limit: number;
}

/** Teams of between `min` and `max` players; within a match, all teams have as many. */
export interface TeamSizes {
  readonly min: number;
  readonly max: number;
  /** A match of smaller teams is made once its oldest ticket has waited this long: 10 s unless given. */
  readonly patienceMs?: number;
}

/** `{ teams: 2, teamSize: 1 }` is complete: a duel of players of about the same skill. */
export interface MatchRules {
  /** Teams of one match, 1 to 64. One team is everybody together, or everybody alone against all. */
  readonly teams: number;
  /** Players of one team. */
  readonly teamSize: number | TeamSizes;
  /** How long every player has to accept the match; 0 unless given: nobody is asked. At most 2 minutes. */
  readonly acceptMs?: number;
  /** Whether results count for ratings, and ratings for who meets whom. True unless given. */
  readonly rated?: boolean;
  /**
   * How far apart the ratings of a match may be, in points as players are shown them. Each ticket's own width holds
   * for all whom it meets. From 150, 15 more each second, without limit, unless given.
   */
  readonly skill?: Partial<Widening>;
  /**
   * How long the way to the match's region may take, in milliseconds of round trip, where the server has regions. A
   * ticket's best region is always near enough. From 80, 5 more each second, up to 300, unless given.
   */
  readonly latencyMs?: Partial<Widening>;
  /**
   * What players may ask for, and must then have in common: `{ mode: choice('duel', 'melee') }`. Choices, truths and
   * whole numbers of few values. A ticket may leave each of them open.
   */
  readonly criteria?: Fields;
  /** Criteria that a ticket gives up once it has waited this long, by name: `{ map: 20_000 }`. */
  readonly dropAfterMs?: Readonly<Record<string, number>>;
  /** Whether rooms may ask the queue for players in the place of those who left. False unless given. */
  readonly backfill?: boolean;
}

/** Rules with nothing left open: what `checkMatchRules` answers. */
export interface MatchSettings extends MatchRules {
  readonly teamSize: Required<TeamSizes>;
  readonly acceptMs: number;
  readonly rated: boolean;
  readonly skill: Widening;
  readonly latencyMs: Widening;
  readonly criteria: Fields;
  readonly dropAfterMs: Readonly<Record<string, number>>;
  readonly backfill: boolean;
}

const TEAMS_MAX = 64;
const ACCEPT_MS_MAX = 120_000;

/** Ways to fill in all criteria, each of them open or a value: the matchmaker keeps a shelf for each. */
const CRITERIA_COMBINATIONS_MAX = 4_096;

const PATIENCE_MS = 10_000;
const SKILL: Widening = { start: 150, perSecond: 15, limit: Number.POSITIVE_INFINITY };
const LATENCY_MS: Widening = { start: 80, perSecond: 5, limit: 300 };

/**
 * Checks the rules of a game whose rooms have so many seats, and fills in what they leave open. Throws BAD_SCHEMA
 * with the place and the reason.
 */
export function checkMatchRules(rules: MatchRules, seats: number): MatchSettings {
  const { teams, acceptMs = 0, rated = true, backfill = false, criteria = {}, dropAfterMs = {} } = rules;
  if (!isWhole(teams, 1, TEAMS_MAX)) throw badSchema('match.teams', `it must be a whole number from 1 to ${TEAMS_MAX}`);
  if (!(acceptMs >= 0 && acceptMs <= ACCEPT_MS_MAX)) {
    throw badSchema('match.acceptMs', `it must be from 0 to ${ACCEPT_MS_MAX}`);
  }
  for (const [name, value] of Object.entries({ rated, backfill })) {
    if (typeof value !== 'boolean') throw badSchema(`match.${name}`, 'it must be true or false');
  }
  checkCriteria(criteria);
  for (const [name, afterMs] of Object.entries(dropAfterMs)) {
    if (!Object.hasOwn(criteria, name)) throw badSchema(`match.dropAfterMs ${name}`, 'there is no such criterion');
    if (!(afterMs >= 0 && afterMs < Number.POSITIVE_INFINITY)) {
      throw badSchema(`match.dropAfterMs ${name}`, 'it must be 0 or more');
    }
  }
  return {
    teams,
    teamSize: checkTeamSize(rules, seats),
    acceptMs,
    rated,
    skill: checkWidening('match.skill', { ...SKILL, ...rules.skill }),
    latencyMs: checkWidening('match.latencyMs', { ...LATENCY_MS, ...rules.latencyMs }),
    criteria,
    dropAfterMs,
    backfill,
  };
}

function checkTeamSize({ teams, teamSize }: MatchRules, seats: number): Required<TeamSizes> {
  const sizes = typeof teamSize === 'number' ? { min: teamSize, max: teamSize } : teamSize;
  const { min, max, patienceMs = PATIENCE_MS } = sizes;
  if (!isWhole(min, 1, seats) || !isWhole(max, min, seats)) {
    throw badSchema('match.teamSize', 'it must be a whole number from 1, or a min and a max of such');
  }
  if (teams * max > seats) throw badSchema('match.teamSize', `all teams together must fit into the ${seats} seats`);
  if (teams * min < 2) throw badSchema('match.teamSize', 'a match is between two players at least');
  if (!(patienceMs >= 0 && patienceMs < Number.POSITIVE_INFINITY)) {
    throw badSchema('match.teamSize', 'patienceMs must be 0 or more');
  }
  return { min, max, patienceMs };
}

function checkWidening(where: string, { start, perSecond, limit }: Widening): Widening {
  if (!(start >= 0 && start < Number.POSITIVE_INFINITY)) throw badSchema(where, 'start must be 0 or more');
  if (!(perSecond >= 0 && perSecond < Number.POSITIVE_INFINITY)) throw badSchema(where, 'perSecond must be 0 or more');
  if (!(limit >= start)) throw badSchema(where, 'limit must be start or more');
  return { start, perSecond, limit };
}

function checkCriteria(criteria: Fields): void {
  checkFields('match.criteria', criteria);
  let combinations = 1;
  for (const [name, { codec, signature }] of Object.entries(criteria)) {
    if (codec.store !== 'int' || codec.wrapBits > 0) {
      throw badSchema(`match.criteria ${name}`, `it must be a choice, a truth or a whole number, not ${signature}`);
    }
    combinations *= codec.max - codec.min + 2;
  }
  if (combinations > CRITERIA_COMBINATIONS_MAX) {
    throw badSchema('match.criteria', `their values make more than ${CRITERIA_COMBINATIONS_MAX} combinations`);
  }
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
