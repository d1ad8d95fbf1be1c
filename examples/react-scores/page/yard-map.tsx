/**
 * The yard from above. A canvas is drawn from the live state, in an effect, with each picture that follows a change:
 * React is for what has elements.
 */
import { useEffect, useRef } from 'react';
import { chalkOf } from './chalk.ts';
import type { YardRoom } from './yard.tsx';

/** Pixels of the canvas for each cell of the yard; style sheets scale the whole. */
const CELL_PX = 24;

export function YardMap({ room, label }: { room: YardRoom | null; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const paper = canvas.current?.getContext('2d') ?? null;
    if (room === null || paper === null) return;
    let frame = requestAnimationFrame(() => draw(paper, room));
    const stop = room.onState(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => draw(paper, room));
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [room]);
  return (
    <canvas ref={canvas} className="map" role="img" aria-label={label} width={40 * CELL_PX} height={24 * CELL_PX} />
  );
}

function draw(paper: CanvasRenderingContext2D, { state, me }: YardRoom): void {
  const { tiles, players } = state;
  const { canvas } = paper;
  const [width, height] = [tiles.width * CELL_PX, tiles.height * CELL_PX];
  // Setting the size clears the canvas, so it is set only where it is another.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  paper.fillStyle = chalkOf(0);
  paper.fillRect(0, 0, width, height);
  for (let y = 0; y < tiles.height; y++) {
    for (let x = 0; x < tiles.width; x++) {
      const colour = tiles.at(x, y);
      if (colour === 0) continue;
      paper.fillStyle = chalkOf(colour);
      paper.fillRect(x * CELL_PX, y * CELL_PX, CELL_PX, CELL_PX);
    }
  }
  for (const { id, x, y, colour, bot } of players) {
    const isMine = id === me?.id;
    paper.beginPath();
    const [left, top] = [x * CELL_PX, y * CELL_PX];
    if (bot) paper.roundRect(left + 2, top + 2, CELL_PX - 4, CELL_PX - 4, 6);
    else paper.arc(left + CELL_PX / 2, top + CELL_PX / 2, CELL_PX / 2 - 1, 0, 2 * Math.PI);
    paper.fillStyle = chalkOf(colour);
    paper.fill();
    paper.lineWidth = isMine ? 6 : 3;
    paper.strokeStyle = isMine ? '#ffd84d' : '#fffaf0';
    paper.stroke();
  }
}
