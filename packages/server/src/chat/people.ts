/**
 * Who is in a room, and what of it each viewer has not been told yet.
 *
 * Every person has the number of the change that touched it last, and the people stand in the order of these numbers:
 * what a viewer missed, however many updates, is a walk from the newest one back to where it was told last. Nothing
 * is worked out where nothing changed, and once for all viewers that were told the same.
 */
import type { PeopleFrame, Person } from '@madang/core';

/** How long somebody counts as typing who does not say so again. */
const TYPING_SECONDS = 5;

/**
 * People who are gone, and of whom a viewer may not have been told yet. Beyond that many it is told anew of all who
 * are here.
 */
const GONE_MAX = 1024;

/** One who is here, or the place in the order of one who is not any more. */
interface Entry {
  readonly id: number;
  readonly person: Person | null;
  readonly changedAt: number;
  older: Entry | null;
  newer: Entry | null;
}

export class People {
  readonly #typingTicks: number;
  readonly #entries = new Map<number, Entry>();
  /** Ids of entries without a person, who went first first. */
  readonly #gone = new Set<number>();
  /** Of the newest entry that was dropped from the order. */
  #forgottenAt = 0;
  #newest: Entry | null = null;
  /** The tick at which each flag goes, ascending: all last equally long. */
  readonly #typingUntil = new Map<number, number>();
  #version = 0;
  #last: { readonly toldAt: number; readonly version: number; readonly change: PeopleFrame } | null = null;

  constructor(tickRateHz: number) {
    this.#typingTicks = TYPING_SECONDS * tickRateHz;
  }

  /** Counts changes from 0. A viewer that was told `changesSince` knows of all up to this. */
  get version(): number {
    return this.#version;
  }

  /** Somebody comes, or is not as before. Whoever has lost its connection types no more. */
  put(person: Omit<Person, 'isTyping'>): void {
    if (person.isDropped) this.#typingUntil.delete(person.id);
    this.#change(person.id, { ...person, isTyping: this.#typingUntil.has(person.id) });
  }

  /** Somebody is gone. */
  remove(id: number): void {
    this.#typingUntil.delete(id);
    if (this.#entries.get(id)?.person) this.#change(id, null);
    const [first] = this.#gone;
    const forgotten = first === undefined ? undefined : this.#entries.get(first);
    if (this.#gone.size <= GONE_MAX || forgotten === undefined) return;
    this.#gone.delete(forgotten.id);
    this.#entries.delete(forgotten.id);
    this.#unlink(forgotten);
    this.#forgottenAt = forgotten.changedAt;
  }

  /** Somebody types, as of this tick, or has stopped. Of one who is not here nothing is known. */
  type(id: number, isTyping: boolean, tick: number): void {
    const person = this.#entries.get(id)?.person ?? null;
    if (person === null || person.isDropped) return;
    this.#typingUntil.delete(id);
    if (isTyping) this.#typingUntil.set(id, tick + this.#typingTicks);
    this.#change(id, { ...person, isTyping });
  }

  get isSomebodyTyping(): boolean {
    return this.#typingUntil.size > 0;
  }

  /** Ends what has not been said again for 5 s. Once a tick, before viewers are told. */
  expireTyping(tick: number): void {
    for (const [id, untilTick] of this.#typingUntil) {
      if (untilTick > tick) return;
      this.type(id, false, tick);
    }
  }

  /**
   * What a viewer is to be told that knows the people as of this version: all of them where it knows none (0), null
   * where nothing changed. The very same object for the same question, until something changes: one frame serves all
   * who ask it.
   */
  changesSince(toldAt: number): PeopleFrame | null {
    if (toldAt === this.#version) return null;
    if (this.#last?.toldAt !== toldAt || this.#last.version !== this.#version) {
      this.#last = { toldAt, version: this.#version, change: this.#walkBackTo(toldAt) };
    }
    return this.#last.change;
  }

  #walkBackTo(toldAt: number): PeopleFrame {
    const isWhole = toldAt === 0 || toldAt < this.#forgottenAt;
    const here: Person[] = [];
    const gone: number[] = [];
    for (let entry = this.#newest; entry !== null && (isWhole || entry.changedAt > toldAt); entry = entry.older) {
      if (entry.person !== null) here.push(entry.person);
      else if (!isWhole) gone.push(entry.id);
    }
    return { isWhole, here, gone };
  }

  /** Makes this entry the newest, unless it is as it was. */
  #change(id: number, person: Person | null): void {
    const before = this.#entries.get(id);
    if (before !== undefined && isSame(before.person, person)) return;
    if (before !== undefined) this.#unlink(before);
    const entry: Entry = { id, person, changedAt: ++this.#version, older: this.#newest, newer: null };
    if (this.#newest !== null) this.#newest.newer = entry;
    this.#newest = entry;
    this.#entries.set(id, entry);
    if (person === null) this.#gone.add(id);
    else this.#gone.delete(id);
  }

  #unlink(entry: Entry): void {
    if (entry.newer === null) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    if (entry.older !== null) entry.older.newer = entry.newer;
  }
}

function isSame(a: Person | null, b: Person | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.name === b.name &&
    a.isBot === b.isBot &&
    a.isSpectator === b.isSpectator &&
    a.isDropped === b.isDropped &&
    a.isHost === b.isHost &&
    a.isTyping === b.isTyping
  );
}
