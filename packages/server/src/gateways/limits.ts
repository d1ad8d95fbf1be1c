/**
 * What connections may cost: one value with a default for everything, safe on the open internet. Who serves connections is
 * given it, so that two servers in one process can differ, and tests can make long times short.
 */
import { GameError } from '@madang/core';

/** Rates are per second and over the long run; what may come at once is said by the burst beside them. */
export interface Limits {
  // What a request may be, before any protocol is spoken.
  readonly headerBytes: number;
  readonly headers: number;
  readonly urlBytes: number;
  /** From the first byte of a connection, or the end of its last request, to the end of the headers. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;

  // How many connections there may be.
  /** Players' connections in all. */
  readonly connections: number;
  /** Those of one IPv4 address, or of one IPv6 network of 64 bits, which is what one customer gets. */
  readonly connectionsPerAddress: number;
  /** The share of all that may be there without having joined; 64 may in any case. */
  readonly unjoinedShare: number;
  readonly joinTimeoutMs: number;

  // What comes in over one connection.
  readonly messageBytes: number;
  readonly messageBytesBeforeJoin: number;
  readonly fragments: number;
  /** From the first byte of a message to its last. */
  readonly partialMessageMs: number;
  readonly messagesPerSecond: number;
  /** Beside them, per tick of the joined game: one each, by a clock that runs a tenth fast, and some to spare. */
  readonly inputsPerTick: number;
  /** How many seconds' worth of messages, pings or pongs may come at once. */
  readonly messagesBurstSeconds: number;
  readonly bytesPerSecond: number;
  readonly bytesBurst: number;
  /** Refused requests, beyond which a connection is closed. */
  readonly refusalsPerSecond: number;
  readonly refusalsBurst: number;
  readonly pingsPerSecond: number;
  readonly pongsPerSecond: number;
  /** One that has not been heard of for two of these in a row is gone. */
  readonly heartbeatMs: number;

  // What goes out over one connection.
  /** The least time between two whole states, however often a client asks for repair. */
  readonly wholeStatePeriodMs: number;
  /** Unsent bytes over which state waits: it is sent anew, and only the newest, once they have drained. */
  readonly outboxSoftBytes: number;
  /** Unsent bytes, or a time over the soft limit in which none of them went, after which a connection is given up. */
  readonly outboxHardBytes: number;
  readonly outboxSlowMs: number;
  /** Events and messages that wait for a full connection, beyond which it is given up: each of them was promised. */
  readonly outboxWaiting: number;

  // Who may still come in.
  readonly joinsPerSecond: number;
  readonly joinsBurst: number;
  /** Of the memory that there is; joins are refused over it, so that those who play go on. */
  readonly memoryShare: number;
  /** How late half of the event loop's turns may be before joins are refused. */
  readonly loopDelayMs: number;
  /** The time over which those who were turned away are spread, at most. */
  readonly retrySpreadMsMax: number;

  // What one user, or one address where nobody is known by name, may open.
  readonly roomsPerUser: number;
  readonly roomsPerMinute: number;
}

export const DEFAULT_LIMITS: Limits = {
  headerBytes: 8 * 1024,
  headers: 64,
  urlBytes: 2 * 1024,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  connections: 15_000,
  connectionsPerAddress: 64,
  unjoinedShare: 0.1,
  joinTimeoutMs: 5_000,
  messageBytes: 16 * 1024,
  messageBytesBeforeJoin: 4 * 1024,
  fragments: 32,
  partialMessageMs: 5_000,
  messagesPerSecond: 60,
  inputsPerTick: 1.25,
  messagesBurstSeconds: 2,
  bytesPerSecond: 64 * 1024,
  bytesBurst: 128 * 1024,
  refusalsPerSecond: 4,
  refusalsBurst: 40,
  pingsPerSecond: 10,
  pongsPerSecond: 10,
  // Two of them are within the fifteen seconds in which a half-open connection has to be found.
  heartbeatMs: 7_000,
  wholeStatePeriodMs: 500,
  outboxSoftBytes: 256 * 1024,
  outboxHardBytes: 1024 * 1024,
  outboxSlowMs: 5_000,
  outboxWaiting: 256,
  joinsPerSecond: 1_000,
  // About what can be served in one turn of the event loop without anybody noticing.
  joinsBurst: 100,
  memoryShare: 0.8,
  loopDelayMs: 100,
  retrySpreadMsMax: 30_000,
  roomsPerUser: 8,
  roomsPerMinute: 10,
};

/** Connections that may be there without having joined, however few the server takes in all. */
const UNJOINED_MIN = 64;

/** Longer times would overflow the runtime's timers, which then fire at once. */
const LIMIT_MAX = 2 ** 31 - 1;

const FRACTIONS: ReadonlySet<string> = new Set(['inputsPerTick', 'messagesBurstSeconds']);

/**
 * The defaults, but for what is given. Throws BAD_OPTION, which names the limit, for names that are none and for values
 * that cannot work: whole numbers from 1 to 2^31 - 1; shares above 0 and up to 1; a few may have fractions.
 */
export function limitsFrom(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) throw badLimit(name, 'there is no such limit');
    const reason = reasonAgainst(name, value);
    if (reason !== null) throw badLimit(name, reason);
  }
  const limits = { ...DEFAULT_LIMITS, ...given };
  for (const [less, more] of ORDERED) {
    if (limits[less] > limits[more]) throw badLimit(less, `it must not be more than ${more}`);
  }
  return limits;
}

const ORDERED: readonly (readonly [less: keyof Limits, more: keyof Limits])[] = [
  ['urlBytes', 'headerBytes'],
  ['headersTimeoutMs', 'requestTimeoutMs'],
  ['messageBytesBeforeJoin', 'messageBytes'],
  ['messageBytes', 'bytesBurst'],
  ['outboxSoftBytes', 'outboxHardBytes'],
];

/** Connections that may be there at once without having joined. */
export function unjoinedMax({ connections, unjoinedShare }: Limits): number {
  return Math.max(UNJOINED_MIN, Math.floor(connections * unjoinedShare));
}

function reasonAgainst(name: string, value: unknown): string | null {
  if (typeof value !== 'number') return 'it must be a number';
  if (name.endsWith('Share')) return value > 0 && value <= 1 ? null : 'it must be above 0 and at most 1';
  if (FRACTIONS.has(name)) return value > 0 && value <= LIMIT_MAX ? null : 'it must be above 0';
  return Number.isInteger(value) && value >= 1 && value <= LIMIT_MAX
    ? null
    : 'it must be a whole number from 1 to 2^31 - 1';
}

function badLimit(name: string, reason: string): GameError<'BAD_OPTION'> {
  const option = `limits.${name}`;
  return new GameError('BAD_OPTION', `createServer cannot work with this ${option}: ${reason}.`, { option, reason });
}
