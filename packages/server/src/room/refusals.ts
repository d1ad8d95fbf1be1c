/** What a room refuses, in words. */
import { CLIENT_FRAME_BYTES_MAX, GameError } from '@madang/core';

export function roomGone(roomId: string): GameError<'ROOM_GONE'> {
  return new GameError('ROOM_GONE', `There is no room ${roomId} of this game (any more).`, { roomId });
}

export function roomFull(roomId: string, seats: number): GameError<'ROOM_FULL'> {
  return new GameError('ROOM_FULL', `Room ${roomId} is full: all ${seats} seats are taken.`, { roomId, seats });
}

export function roomClosed(roomId: string, reason: string): GameError<'ROOM_CLOSED'> {
  return new GameError('ROOM_CLOSED', reason === '' ? `Room ${roomId} has ended.` : reason, { roomId, reason });
}

export function roomLocked(roomId: string): GameError<'ROOM_LOCKED'> {
  return new GameError('ROOM_LOCKED', `Room ${roomId} lets nobody in at the moment.`, { roomId });
}

export function journalDown(): GameError<'STORE_DOWN'> {
  const sentence = 'This room cannot be written down just now, and lets nobody in before it can; try again later.';
  return new GameError('STORE_DOWN', sentence, { retryAfterMs: 5_000 });
}

export function serverStopping(): GameError<'SERVER_STOPPING'> {
  return new GameError('SERVER_STOPPING', 'This server is stopping; come back in a moment.', {});
}

export function seatGone(): GameError<'SEAT_GONE'> {
  return new GameError('SEAT_GONE', 'This seat is held no more, or its token was used already; join anew.', {});
}

export function ticketGone(): GameError<'TICKET_GONE'> {
  return new GameError('TICKET_GONE', 'This ticket is not good any more: it was used, or its time is over.', {});
}

export function replaced(roomId: string): GameError<'REPLACED'> {
  return new GameError('REPLACED', 'You went on playing from somewhere else.', { roomId });
}

export function kicked(roomId: string, reason: string): GameError<'KICKED'> {
  return new GameError('KICKED', reason === '' ? `You were sent out of room ${roomId}.` : reason, { roomId, reason });
}

export function forbidden(reason: string): GameError<'FORBIDDEN'> {
  return new GameError('FORBIDDEN', `You may not come in: ${reason}.`, { reason });
}

export function notHost(what: string): GameError<'NOT_HOST'> {
  return new GameError('NOT_HOST', `Only the host of this room may ${what}.`, { what });
}

export function onlyWatching(roomId: string): GameError<'REFUSED'> {
  const reason = 'who watches does not play';
  return new GameError('REFUSED', `You watch room ${roomId}: ${reason}.`, { reason });
}

export function left(roomId: string): GameError<'LEFT'> {
  return new GameError('LEFT', `You left room ${roomId}.`, { roomId });
}

export function unknownCommand(): GameError<'BAD_COMMAND'> {
  return new GameError('BAD_COMMAND', 'This game has no command of that name.', { field: '', reason: 'unknown name' });
}

export function unknownWord(known: readonly string[]): GameError<'BAD_INPUT'> {
  const reason = known.length === 0 ? 'this game knows no words' : `known words are ${known.join(' ')}`;
  return new GameError('BAD_INPUT', `This word cannot be taken: ${reason}.`, { field: '', reason });
}

export function tooLongToSay(sizeBytes: number): GameError<'BAD_MESSAGE'> {
  const reason = `written as JSON it has ${sizeBytes} bytes, at most ${CLIENT_FRAME_BYTES_MAX} can be passed on`;
  return new GameError('BAD_MESSAGE', `This message cannot be taken: ${reason}.`, { reason });
}

export function queueFull(queued: number): GameError<'INPUT_QUEUE_FULL'> {
  return new GameError('INPUT_QUEUE_FULL', `${queued} requests already wait for the next ticks; slow down.`, {
    queued,
  });
}

export function noPastOf(part: string): GameError<'BAD_SCHEMA'> {
  const reason = `its past is not remembered: name it in the game's \`rewind\``;
  return new GameError('BAD_SCHEMA', `A rule looked at ${part} in the past, and ${reason}.`, {
    where: `rewind ${part}`,
    reason,
  });
}
