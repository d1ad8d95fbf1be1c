/** One stay in a yard: joins when it is mounted, leaves when it is unmounted, and says in between how the line is. */
import { type RoomOf, useConnection, useRoom, useRow } from '@madang/client/react';
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
  return (
    <main className="yard" data-status={stay.status}>
      <section className="bar board" aria-label={words.round}>
        <Clock room={stay.room} words={words} />
        <p id="status" className="status" role="status">
          <i aria-hidden="true" />
          {words.status[stay.status]}
        </p>
        <button id="leave" className="tool" type="button" onClick={leave}>
          {words.leave}
        </button>
      </section>
      <YardMap room={stay.room} label={words.map} />
      <Scores room={stay.room} words={words} />
      {stay.status === 'closed' ? (
        <section className="lost board" role="alert">
          <h2>{words.lostTitle}</h2>
          <p>{stay.error.message}</p>
          <button id="rejoin" className="go" type="button" onClick={stay.rejoin}>
            {words.rejoin}
          </button>
        </section>
      ) : (
        <Pad room={stay.room} words={words} />
      )}
    </main>
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
