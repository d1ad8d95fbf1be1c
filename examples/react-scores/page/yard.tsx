/**
 * One stay in a yard: joins when it is mounted, leaves when it is unmounted, and says in between how the line is. A page that
 * goes away leaves nothing: loaded again, it has its seat back.
 */
import { type RoomOf, useConnection, useRoom, useRow } from '@madang/client/react';
import type { GameError } from '@madang/core';
import { landGrab } from '@madang-examples/land-grab/game';
import { useEffect, useState } from 'react';
import { Pad } from './pad.tsx';
import { Scores } from './scores.tsx';
import type { Words } from './words.ts';
import { YardMap } from './yard-map.tsx';

export type YardRoom = RoomOf<typeof landGrab>;

/** From here on the clock says that time is short. */
const HURRY_SECONDS = 15;

interface YardProps {
  readonly name: string;
  /** A room's id; any room where null. */
  readonly room: string | null;
  readonly words: Words;
  leave(): void;
}

export function Yard({ name, room: roomId, words, leave }: YardProps) {
  const connection = useConnection();
  const stay = useRoom(connection, landGrab, roomId === null ? { name } : { name, room: roomId });
  // While the line is broken everything stays where it is; the client comes back by itself.
  const status = stay.status === 'playing' && stay.isReturning ? 'returning' : stay.status;
  return (
    <main className="yard" data-status={status}>
      <section className="bar board" aria-label={words.round}>
        <Clock room={stay.room} words={words} />
        <p id="status" className="status" role="status">
          <i aria-hidden="true" />
          {words.status[status]}
        </p>
        <button id="leave" className="tool" type="button" onClick={leave}>
          {words.leave}
        </button>
      </section>
      <YardMap room={stay.room} label={words.map} />
      <Scores room={stay.room} words={words} />
      {status === 'returning' && (
        <p className="returning" role="status">
          {words.returning}
        </p>
      )}
      {stay.status === 'closed' ? (
        <Lost error={stay.error} rejoin={stay.rejoin} words={words} />
      ) : (
        <Pad room={stay.room} words={words} />
      )}
    </main>
  );
}

/** Why the stay is over. A seat that went to another tab is not asked back from here. */
function Lost({ error, rejoin, words }: { error: GameError; rejoin: () => void; words: Words }) {
  const isReplaced = error.code === 'REPLACED';
  return (
    <section className="lost board" role="alert">
      <h2>{isReplaced ? words.replacedTitle : words.lostTitle}</h2>
      <p>{isReplaced ? words.replacedText : error.message}</p>
      {!isReplaced && (
        <button id="rejoin" className="go" type="button" onClick={rejoin}>
          {words.rejoin}
        </button>
      )}
    </section>
  );
}

function Clock({ room, words }: { room: YardRoom | null; words: Words }) {
  const round = useRow(room, (state) => state.round);
  const seconds = useSecondsLeft(room, round?.endsAtTick ?? 0);
  if (round === undefined) return <p className="clock">…</p>;
  const isOver = round.phase === 'over';
  const isHurry = !isOver && seconds <= HURRY_SECONDS;
  return (
    <p className={isHurry ? 'clock hurry' : 'clock'}>
      <span>{isOver ? words.over : words.roundNumber(round.number)}</span>
      <span id="time" className="time" role="timer">
        {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, '0')}
      </span>
    </p>
  );
}

/** Seconds until a tick. States come only when something changed; time passes in a still yard too. */
function useSecondsLeft(room: YardRoom | null, endsAtTick: number): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (room === null) return;
    let seenAtMs = performance.now();
    const count = (): void => {
      const leftMs = (endsAtTick - room.tick) * room.tickMs - (performance.now() - seenAtMs);
      setSeconds(Math.max(0, Math.ceil(leftMs / 1000)));
    };
    const stop = room.onState(() => {
      seenAtMs = performance.now();
    });
    const timer = setInterval(count, 200);
    count();
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [room, endsAtTick]);
  return seconds;
}
