import { connect } from '@madang/client';
import { yardTag } from './game.ts';

const PIXELS = 16;

export async function play(paper: CanvasRenderingContext2D, whoosh: HTMLAudioElement, server = connect()) {
  const room = await server.join(yardTag);
  room.on('reached', () => whoosh.play());
  room.onReject('reached', () => whoosh.pause());

  const held = new Set<string>();
  const listen = (isDown: boolean) => (press: KeyboardEvent) => {
    if (isDown) held.add(press.key);
    else held.delete(press.key);
    const axisOf = (less: string, more: string): number => Number(held.has(more)) - Number(held.has(less));
    room.input({ goX: axisOf('ArrowLeft', 'ArrowRight'), goY: axisOf('ArrowUp', 'ArrowDown'), reach: held.has(' ') });
  };
  addEventListener('keydown', listen(true));
  addEventListener('keyup', listen(false));

  const draw = (): void => {
    requestAnimationFrame(draw);
    paper.clearRect(0, 0, paper.canvas.width, paper.canvas.height);
    for (const { x, y, owner } of room.frame().players) {
      paper.fillStyle = owner === room.seat ? 'gold' : 'white';
      paper.fillRect(x * PIXELS - 6, y * PIXELS - 6, 12, 12);
    }
  };
  draw();
  return room;
}
