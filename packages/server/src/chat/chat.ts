/**
 * What is said in one room: who may say it, and to whom it goes. It decides and remembers, and sends nothing.
 *
 * A line goes to its receivers and to nobody else, neither at once nor as history: not to other teams, and not to who
 * has blocked its speaker. Who is muted or blocked is known by user where there is one, and stays so when that user
 * leaves the room and comes back; by its stay in the room otherwise, through drops and returns. All of it is bounded.
 */
import { GameError } from '@madang/core';
import { TokenBucket } from '../gateways/token-bucket.ts';
import type { Clock } from '../ports/clock.ts';
import { badChat, chatText } from './chat-text.ts';

/** Lines and bytes of names and text that are kept for those who enter. */
const HISTORY_LINES_MAX = 50;
const HISTORY_BYTES_MAX = 16 * 1024;

/** Players that one player can block in a room. */
const BLOCKED_MAX = 64;

/** Users who have left and are muted, or have blocked somebody. Beyond that many, who left first is forgotten. */
const GONE_MAX = 256;

/** How often in a row the same may be said, and how long it counts as in a row. */
const SAME_MAX = 2;
const SAME_MS = 30_000;

/** Who says and hears things. One object for the whole of a stay; its team may change meanwhile. */
export interface Speaker {
  /** As all are told of it among the people of the room. */
  readonly id: number;
  readonly name: string;
  /** 0 for none. */
  readonly team: number;
  /** Null for a player who is nobody in particular: it is known by its stay only. */
  readonly user: string | null;
}

export interface ChatLine {
  /** Counts up in a room, with gaps where others hear what this receiver does not: who gets history twice can tell. */
  readonly number: number;
  /** Null for a line of the room's own. The name is here because its speaker may have left when the line is read. */
  readonly from: { readonly id: number; readonly name: string } | null;
  /** Plain text as `chatText` leaves it, never markup. */
  readonly text: string;
  readonly isForTeam: boolean;
}

/** A line, and everybody it goes to: players whose connection is lost included, the speaker too. */
export interface Relayed<S extends Speaker> {
  readonly line: ChatLine;
  readonly receivers: readonly S[];
}

export interface ChatOptions {
  readonly clock: Clock;
  /** Lines a second of one player. 1. */
  readonly perSecond?: number;
  /** Lines that may come at once. 5. */
  readonly burst?: number;
}

/** How a speaker is known: by user, or by the object of its stay. */
type Identity<S extends Speaker> = string | S;

interface Account<S extends Speaker> {
  readonly lines: TokenBucket;
  lastText: string;
  lastAtMs: number;
  /** How often in a row it was said. */
  timesSaid: number;
  /** Infinity for good. */
  mutedUntilMs: number;
  readonly blocked: Set<Identity<S>>;
}

interface KeptLine<S extends Speaker> {
  readonly line: ChatLine;
  readonly speaker: Identity<S> | null;
  /** Null for everybody, also for those who enter later. */
  readonly receivers: readonly S[] | null;
  readonly sizeBytes: number;
}

export class Chat<S extends Speaker> {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #present = new Set<S>();
  readonly #accounts = new Map<Identity<S>, Account<S>>();
  /** Users with an account and no stay, in the order in which they left. */
  readonly #gone = new Set<string>();
  readonly #kept: KeptLine<S>[] = [];
  #keptBytes = 0;
  #lineCount = 0;

  constructor({ clock, perSecond = 1, burst = 5 }: ChatOptions) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** A stay begins. A user may have several at once. */
  enter(speaker: S): void {
    this.#present.add(speaker);
    if (speaker.user !== null) this.#gone.delete(speaker.user);
    const identity = identityOf(speaker);
    if (this.#accounts.has(identity)) return;
    this.#accounts.set(identity, {
      lines: new TokenBucket(this.#clock, this.#perSecond, this.#burst),
      lastText: '',
      lastAtMs: 0,
      timesSaid: 0,
      mutedUntilMs: Number.NEGATIVE_INFINITY,
      blocked: new Set(),
    });
  }

  /** A stay ends: not when a connection is lost, but when the seat is free again. */
  leave(speaker: S): void {
    this.#present.delete(speaker);
    const { user } = speaker;
    if (user !== null && [...this.#present].some((other) => other.user === user)) return;
    const account = this.#accounts.get(identityOf(speaker));
    if (user === null || account === undefined || !this.#mustBeKept(account)) {
      this.#accounts.delete(identityOf(speaker));
      return;
    }
    this.#gone.add(user);
    const [first] = this.#gone;
    if (this.#gone.size <= GONE_MAX || first === undefined) return;
    this.#gone.delete(first);
    this.#accounts.delete(first);
  }

  /**
   * Takes what a player says to all, or to its team. Throws MUTED; BAD_CHAT for text that `chatText` refuses, for too
   * many lines or the same one again and again, and for a line to the team of one who has none.
   */
  say(from: S, asked: unknown, to: 'all' | 'team'): Relayed<S> {
    const account = this.#accountOf(from);
    this.#checkMute(account);
    if (to === 'team' && from.team === 0) throw badChat('you are on no team');
    const text = chatText(asked);
    this.#spend(account, text);
    const speaker = identityOf(from);
    const receivers = [...this.#present].filter(
      (one) => (to === 'all' || one.team === from.team) && !this.#accountOf(one).blocked.has(speaker),
    );
    const line = this.#numbered({ id: from.id, name: from.name }, text, to === 'team');
    this.#keep(line, speaker, to === 'all' ? null : receivers);
    return { line, receivers };
  }

  /** A line of the room's own: to everybody, or to some. Throws BAD_CHAT for text that `chatText` refuses. */
  announce(text: string, to?: readonly S[]): Relayed<S> {
    const line = this.#numbered(null, chatText(text), false);
    this.#keep(line, null, to ?? null);
    return { line, receivers: to ?? [...this.#present] };
  }

  /**
   * The newest lines that this player may read, oldest first: what was said to all, and what was said to few while it
   * was one of them. For who enters, and for who returns and may have missed some.
   */
  history(to: S): readonly ChatLine[] {
    const { blocked } = this.#accountOf(to);
    const mayRead = ({ speaker, receivers }: KeptLine<S>): boolean =>
      (receivers === null || receivers.includes(to)) && (speaker === null || !blocked.has(speaker));
    return this.#kept.filter(mayRead).map(({ line }) => line);
  }

  /** Nothing that this player says is passed on for so long; null for good, 0 to let it speak again. */
  mute(speaker: S, forMs: number | null): void {
    this.#accountOf(speaker).mutedUntilMs = forMs === null ? Number.POSITIVE_INFINITY : this.#clock.nowMs() + forMs;
  }

  /**
   * `by` hears nothing of `whom` any more, who is not told of it. Throws REFUSED for one who has blocked as many as
   * can be; stays that have ended since make room. Nobody can block itself.
   */
  block(by: S, whom: S): void {
    const { blocked } = this.#accountOf(by);
    if (identityOf(by) === identityOf(whom)) return;
    if (blocked.size >= BLOCKED_MAX) {
      for (const one of blocked) if (typeof one !== 'string' && !this.#present.has(one)) blocked.delete(one);
    }
    if (blocked.size >= BLOCKED_MAX && !blocked.has(identityOf(whom))) {
      const reason = `you have blocked ${BLOCKED_MAX} players already`;
      throw new GameError('REFUSED', `This player cannot be blocked: ${reason}.`, { reason });
    }
    blocked.add(identityOf(whom));
  }

  unblock(by: S, whom: S): void {
    this.#accountOf(by).blocked.delete(identityOf(whom));
  }

  #accountOf(speaker: S): Account<S> {
    const account = this.#accounts.get(identityOf(speaker));
    if (account === undefined) throw new RangeError(`${speaker.id} has not entered the chat`);
    return account;
  }

  #mustBeKept({ mutedUntilMs, blocked }: Account<S>): boolean {
    if (mutedUntilMs > this.#clock.nowMs()) return true;
    return [...blocked].some((one) => typeof one === 'string' || this.#present.has(one));
  }

  #checkMute({ mutedUntilMs }: Account<S>): void {
    const leftMs = mutedUntilMs - this.#clock.nowMs();
    if (leftMs <= 0) return;
    if (leftMs === Number.POSITIVE_INFINITY) throw new GameError('MUTED', 'You are muted here.', { leftMs: null });
    const sentence = `You are muted here for another ${Math.ceil(leftMs / 1000)} s.`;
    throw new GameError('MUTED', sentence, { leftMs });
  }

  /** Pays for a line. One that is refused costs nothing here: connections pay for their refusals. */
  #spend(account: Account<S>, text: string): void {
    const nowMs = this.#clock.nowMs();
    const isSame = text === account.lastText && nowMs - account.lastAtMs < SAME_MS;
    if (isSame && account.timesSaid >= SAME_MAX) throw badChat(`you have said it ${SAME_MAX} times in a row`);
    if (!account.lines.take(1)) throw badChat(`you say more than ${this.#perSecond} a second`);
    account.timesSaid = isSame ? account.timesSaid + 1 : 1;
    account.lastText = text;
    account.lastAtMs = nowMs;
  }

  /** The number of the last line that was said. */
  get lastLine(): number {
    return this.#lineCount;
  }

  /** Counts on from a line that was said before the process was another. */
  restore(lastLine: number): void {
    this.#lineCount = lastLine;
  }

  #numbered(from: ChatLine['from'], text: string, isForTeam: boolean): ChatLine {
    return { number: ++this.#lineCount, from, text, isForTeam };
  }

  #keep(line: ChatLine, speaker: Identity<S> | null, receivers: readonly S[] | null): void {
    const sizeBytes = Buffer.byteLength(line.text) + Buffer.byteLength(line.from?.name ?? '');
    this.#kept.push({ line, speaker, receivers, sizeBytes });
    this.#keptBytes += sizeBytes;
    while (this.#kept.length > HISTORY_LINES_MAX || this.#keptBytes > HISTORY_BYTES_MAX) {
      this.#keptBytes -= this.#kept.shift()?.sizeBytes ?? 0;
    }
  }
}

function identityOf<S extends Speaker>(speaker: S): Identity<S> {
  return speaker.user ?? speaker;
}
