/** People who want to be on one team: one opens a party and tells its friends the code; whoever opened it looks for a match. */
import { GameError } from '@madang/core';
import { unguessable } from '../identity/unguessable.ts';
import type { Random } from '../ports/random.ts';

/** People in one party, at most. */
const MEMBERS_MAX = 16;

/** Of 32 bits each: a code is sent to friends, and opens the door to nothing but company. */
const CODE_WORDS = 2;

export interface Party<M> {
  readonly code: string;
  /** The first is the one who leads it. */
  readonly members: readonly M[];
}

interface OpenParty<M> {
  readonly code: string;
  members: M[];
}

export class Parties<M> {
  readonly #random: Random;
  readonly #byCode = new Map<string, OpenParty<M>>();
  readonly #byMember = new Map<M, OpenParty<M>>();

  /** `random` must be one that nobody can foresee. */
  constructor(random: Random) {
    this.#random = random;
  }

  of(member: M): Party<M> | null {
    return this.#byMember.get(member) ?? null;
  }

  /** Who leads the party of this code; null where there is none. */
  leaderOf(code: string): M | null {
    return this.#byCode.get(code)?.members[0] ?? null;
  }

  /** Opens a party of one. Throws REFUSED for who is in one. */
  open(member: M): Party<M> {
    this.#checkFree(member);
    const party = { code: unguessable(this.#random, CODE_WORDS), members: [member] };
    this.#byCode.set(party.code, party);
    this.#byMember.set(member, party);
    return party;
  }

  /** Throws REFUSED for a code of no party, a full one, and who is in one. */
  join(member: M, code: string): Party<M> {
    this.#checkFree(member);
    const party = this.#byCode.get(code);
    if (party === undefined) throw refused('there is no party of this code (any more)');
    if (party.members.length >= MEMBERS_MAX) throw refused(`a party has at most ${MEMBERS_MAX} members`);
    party.members.push(member);
    this.#byMember.set(member, party);
    return party;
  }

  /** Takes somebody out of its party; where it led, the next one does. Answers those who are left; null where it was in none. */
  leave(member: M): Party<M> | null {
    const party = this.#byMember.get(member);
    if (party === undefined) return null;
    this.#byMember.delete(member);
    party.members = party.members.filter((other) => other !== member);
    if (party.members.length === 0) this.#byCode.delete(party.code);
    return party;
  }

  #checkFree(member: M): void {
    if (this.#byMember.has(member)) throw refused('you are in a party already');
  }
}

function refused(reason: string): GameError<'REFUSED'> {
  return new GameError('REFUSED', `This party is not to be had: ${reason}.`, { reason });
}
