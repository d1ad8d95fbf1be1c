/**
 * The inventory of refusals: every error a player, an author or an operator can meet has a code here, typed details,
 * and advice on what to do next. `docs/errors.md` has one row per code; a test holds the two against each other.
 */

/** What each refusal carries. A new code starts here. */
export interface ErrorDetails {
  BAD_CHAT: { reason: string };
  BAD_FRAME: { reason: string; offset: number };
  BAD_MESSAGE: { reason: string };
  BAD_INPUT: { field: string; reason: string };
  BAD_COMMAND: { field: string; reason: string };
  BAD_EVENT: { field: string; reason: string };
  BAD_NAME: { reason: string };
  BAD_WRITE: { table: string; field: string; reason: string };
  BAD_SCHEMA: { where: string; reason: string };
  BAD_RECORDING: { reason: string; offset: number };
  BAD_SCORE: { reason: string };
  BAD_OPTION: { option: string; reason: string };
  BAD_OPTIONS: { field: string; reason: string };
  BANNED: { reason: string; untilMs: number | null };
  BOARD_UNKNOWN: { board: string };
  DOCUMENT_UNKNOWN: { collection: string; key: string };
  DOCUMENTS_FULL: { collection: string; limit: number };
  FORBIDDEN: { reason: string };
  FORBIDDEN_ORIGIN: { origin: string };
  GAME_FAULT: { hook: string };
  GAME_UNKNOWN: { game: string };
  INPUT_QUEUE_FULL: { queued: number };
  JOIN_TIMEOUT: { afterMs: number };
  ALREADY_JOINED: { roomId: string };
  ALREADY_QUEUED: { player: string };
  KICKED: { roomId: string; reason: string };
  LEFT: { roomId: string };
  LINK_LOST: { reason: string };
  MESSAGE_TOO_LARGE: { sizeBytes: number; limitBytes: number };
  MUTED: { leftMs: number | null };
  NOT_HOST: { what: string };
  NOT_JOINED: { what: string };
  PARTIAL_MESSAGE: { afterMs: number };
  RATE_LIMITED: { what: string; perSecond: number };
  REFUSED: { reason: string };
  REPLACED: { roomId: string };
  ROOM_CLOSED: { roomId: string; reason: string };
  ROOM_FAULT: { roomId: string; tick: number };
  ROOM_FULL: { roomId: string; seats: number };
  ROOM_GONE: { roomId: string };
  ROOM_LOCKED: { roomId: string };
  ROW_GONE: { table: string };
  SCHEMA_INCOMPATIBLE: { where: string; reason: string };
  SCHEMA_MISMATCH: { game: string };
  SEAT_GONE: Record<string, never>;
  SERVER_BUSY: { retryAfterMs: number };
  SERVER_FULL: { limit: number };
  SERVER_STOPPING: Record<string, never>;
  SESSION_EXPIRED: Record<string, never>;
  STALE_VERSION: { key: string; expected: number; actual: number };
  STORE_DOWN: { retryAfterMs: number };
  TABLE_FULL: { table: string; maxRows: number };
  TICKET_GONE: Record<string, never>;
  TIMEOUT: { afterMs: number };
  TOO_MANY_CONNECTIONS: { limit: number; retryAfterMs: number };
  TOO_OFTEN: { what: string; perSecond: number };
  TOO_SLOW: { bufferedBytes: number; limitBytes: number };
  UNAUTHENTICATED: { reason: string };
  UNKNOWN_EVENT: { event: string };
}

export type ErrorCode = keyof ErrorDetails;

/**
 * What the one who receives a refusal should do:
 * - `fix`: correct the request and send it again; the connection stays open.
 * - `fix-code`: the author of the game has a bug; the sentence names it.
 * - `join-again`: join anew, at once or after a short back-off.
 * - `retry-later`: the server asks for time; back off, then join anew.
 * - `choose-another-room`: this room cannot take you; another may.
 * - `update`: the client's code is older or newer than the server's; reload it.
 * - `stop`: do not come back by yourself.
 */
export type Advice = 'fix' | 'fix-code' | 'join-again' | 'retry-later' | 'choose-another-room' | 'update' | 'stop';

/** WebSocket close code, or null where the connection stays open; and what to do next. */
export const ERRORS = {
  BAD_CHAT: { closeCode: null, then: 'fix' },
  BAD_FRAME: { closeCode: 4400, then: 'stop' },
  BAD_MESSAGE: { closeCode: null, then: 'fix' },
  BAD_INPUT: { closeCode: null, then: 'fix' },
  BAD_COMMAND: { closeCode: null, then: 'fix' },
  BAD_EVENT: { closeCode: null, then: 'fix-code' },
  BAD_NAME: { closeCode: 4400, then: 'fix' },
  BAD_WRITE: { closeCode: null, then: 'fix-code' },
  BAD_SCHEMA: { closeCode: null, then: 'fix-code' },
  BAD_OPTION: { closeCode: null, then: 'fix-code' },
  BAD_RECORDING: { closeCode: null, then: 'stop' },
  BAD_SCORE: { closeCode: null, then: 'fix-code' },
  BAD_OPTIONS: { closeCode: null, then: 'fix' },
  BANNED: { closeCode: 4403, then: 'stop' },
  BOARD_UNKNOWN: { closeCode: null, then: 'fix' },
  DOCUMENT_UNKNOWN: { closeCode: null, then: 'fix' },
  DOCUMENTS_FULL: { closeCode: null, then: 'fix' },
  FORBIDDEN: { closeCode: 4403, then: 'stop' },
  FORBIDDEN_ORIGIN: { closeCode: 4403, then: 'stop' },
  GAME_FAULT: { closeCode: null, then: 'fix-code' },
  GAME_UNKNOWN: { closeCode: 4404, then: 'stop' },
  INPUT_QUEUE_FULL: { closeCode: null, then: 'fix' },
  JOIN_TIMEOUT: { closeCode: 4408, then: 'join-again' },
  ALREADY_JOINED: { closeCode: 4400, then: 'stop' },
  ALREADY_QUEUED: { closeCode: null, then: 'fix' },
  KICKED: { closeCode: 4403, then: 'stop' },
  LEFT: { closeCode: 1000, then: 'stop' },
  LINK_LOST: { closeCode: null, then: 'join-again' },
  MESSAGE_TOO_LARGE: { closeCode: 1009, then: 'stop' },
  MUTED: { closeCode: null, then: 'fix' },
  NOT_HOST: { closeCode: null, then: 'fix' },
  NOT_JOINED: { closeCode: 4400, then: 'stop' },
  PARTIAL_MESSAGE: { closeCode: 4408, then: 'join-again' },
  RATE_LIMITED: { closeCode: 4429, then: 'retry-later' },
  REFUSED: { closeCode: null, then: 'fix' },
  REPLACED: { closeCode: 4409, then: 'stop' },
  ROOM_CLOSED: { closeCode: 1000, then: 'stop' },
  ROOM_FAULT: { closeCode: 4500, then: 'join-again' },
  ROOM_FULL: { closeCode: 4101, then: 'choose-another-room' },
  ROOM_GONE: { closeCode: 4404, then: 'choose-another-room' },
  ROOM_LOCKED: { closeCode: 4101, then: 'choose-another-room' },
  ROW_GONE: { closeCode: null, then: 'fix-code' },
  SCHEMA_INCOMPATIBLE: { closeCode: null, then: 'fix-code' },
  SCHEMA_MISMATCH: { closeCode: 4426, then: 'update' },
  SEAT_GONE: { closeCode: 4410, then: 'join-again' },
  SERVER_BUSY: { closeCode: 1013, then: 'retry-later' },
  SERVER_FULL: { closeCode: 1013, then: 'retry-later' },
  SERVER_STOPPING: { closeCode: 1012, then: 'retry-later' },
  SESSION_EXPIRED: { closeCode: 4401, then: 'join-again' },
  STALE_VERSION: { closeCode: null, then: 'fix-code' },
  STORE_DOWN: { closeCode: null, then: 'retry-later' },
  TABLE_FULL: { closeCode: null, then: 'fix-code' },
  TICKET_GONE: { closeCode: 4404, then: 'join-again' },
  TIMEOUT: { closeCode: null, then: 'fix' },
  TOO_MANY_CONNECTIONS: { closeCode: 4429, then: 'retry-later' },
  TOO_OFTEN: { closeCode: null, then: 'fix' },
  TOO_SLOW: { closeCode: 4508, then: 'join-again' },
  UNAUTHENTICATED: { closeCode: 4401, then: 'stop' },
  UNKNOWN_EVENT: { closeCode: null, then: 'fix' },
} as const satisfies Record<ErrorCode, { closeCode: number | null; then: Advice }>;

/** A refusal with a stable code, a helpful sentence and details typed by the code. */
export class GameError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'GameError';
  readonly code: C;
  readonly details: ErrorDetails[C];

  constructor(code: C, message: string, details: ErrorDetails[C], options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** True for a GameError, of this code where one is given; narrows `details` to that code's. */
export function isGameError(error: unknown): error is GameError;
export function isGameError<C extends ErrorCode>(error: unknown, code: C): error is GameError<C>;
export function isGameError(error: unknown, code?: ErrorCode): boolean {
  return error instanceof GameError && (code === undefined || error.code === code);
}

/** True when this text is one of our codes: what arrives over a wire is only text. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** What the receiver of this code should do next. */
export function adviceFor(code: ErrorCode): Advice {
  return ERRORS[code].then;
}

/** For the `default` of a switch that has answered every case: a new case then fails to compile here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
