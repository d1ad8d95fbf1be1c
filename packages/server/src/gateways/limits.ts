/** What one connection may cost. Every gateway holds its peers to these, and tests hold the gateways to them. */

/** Messages per second from one connection. */
export const MESSAGES_PER_SECOND = 60;

/** Inputs beside them, per tick of the joined game: one each, by a clock that runs a tenth fast, and some to spare. */
export const INPUTS_PER_TICK = 1.25;

/** How many seconds' worth of messages may come at once. */
export const MESSAGES_BURST_SECONDS = 2;

/** Bytes per second from one connection, and how many may come at once. */
export const BYTES_PER_SECOND = 64 * 1024;
export const BYTES_BURST = 128 * 1024;

/** Refused requests per second from one connection, and how many may come at once, before it is closed. */
export const REFUSALS_PER_SECOND = 4;
export const REFUSALS_BURST = 40;

/** A connection that has not joined by then is closed. */
export const JOIN_TIMEOUT_MS = 5_000;

/** The least time between two whole states for one connection, however often it asks for repair. */
export const WHOLE_STATE_PERIOD_MS = 500;

/** Unsent bytes over which state waits: it is sent anew, and only the newest, once they have drained. */
export const OUTBOX_SOFT_BYTES = 256 * 1024;

/** Unsent bytes, or a time over the soft limit in which none of them went, after which a connection is given up. */
export const OUTBOX_HARD_BYTES = 1024 * 1024;
export const OUTBOX_SLOW_MS = 5_000;

/** Events and messages that wait for a full connection, beyond which it is given up: each of them was promised. */
export const OUTBOX_WAITING_MAX = 256;
