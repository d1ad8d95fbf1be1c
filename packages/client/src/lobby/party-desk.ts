/** The party a client is in, and what it has asked of parties, which the server answers one after the other. */
import type { GameError } from '@madang/core';
import { Listeners } from '../listeners.ts';
import type { Tell } from './tells.ts';

/** People who look for matches together. */
export interface Party {
  /** What friends join it by. */
  readonly code: string;
  /** Their names; the first one leads. */
  readonly members: readonly string[];
  /** Whether this player leads: who does looks for the match. */
  readonly isLeader: boolean;
}

/** Something that was asked. */
interface Asked {
  /** Whether the party that there is now is what was asked for, or null for one that was left. */
  isDone(party: Party | null): boolean;
  done(party: Party | null): void;
  failed(reason: GameError): void;
}

export class PartyDesk {
  party: Party | null = null;
  readonly onChange = new Listeners<Party | null>();
  readonly #send: (ask: object) => void;
  readonly #asked: Asked[] = [];

  /** `send` throws where there is no line. */
  constructor(send: (ask: object) => void) {
    this.#send = send;
  }

  async open(): Promise<Party> {
    const before = this.party?.code;
    return inParty(await this.#ask({ do: 'open' }, (party) => party !== null && party.code !== before));
  }

  async join(code: string): Promise<Party> {
    return inParty(await this.#ask({ do: 'join', code }, (party) => party?.code === code));
  }

  async leave(): Promise<void> {
    await this.#ask({ do: 'leave' }, (party) => party === null);
  }

  hear({ code, members, leader: isLeader }: Tell & { readonly type: 'party' }): void {
    this.#change(code === null ? null : { code, members, isLeader });
    if (this.#asked[0]?.isDone(this.party) === true) this.#asked.shift()?.done(this.party);
  }

  /** The server has refused what was asked first. False where nobody waits. */
  refused(reason: GameError): boolean {
    const asked = this.#asked.shift();
    asked?.failed(reason);
    return asked !== undefined;
  }

  /** The line is gone, and with it the party. */
  end(reason: GameError): void {
    for (const asked of this.#asked.splice(0)) asked.failed(reason);
    if (this.party !== null) this.#change(null);
  }

  #ask(ask: object, isDone: Asked['isDone']): Promise<Party | null> {
    return new Promise((done, failed) => {
      this.#send(ask);
      this.#asked.push({ isDone, done, failed });
    });
  }

  #change(party: Party | null): void {
    this.party = party;
    this.onChange.tell(party);
  }
}

/** What was asked for is a party, or it would not be done. */
function inParty(party: Party | null): Party {
  if (party === null) throw new Error('unreachable: a party that is done is one');
  return party;
}
