/** What is written over others' ships: a name and how whole the ship is, in the same size on every screen. */
import { SHIP } from '../../measures.ts';
import { charactersOf } from '../characters.ts';
import type { Actor } from './actors.ts';
import type { Camera } from './camera.ts';
import { CELADON, faded, INK, IVORY, lightOf, VERMILION } from './palette.ts';

const NAME_MOST = 10;
const BAR_WIDTH = 40;
const FONT =
  '600 12.5px system-ui, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", sans-serif';

/** The pen draws in CSS pixels. */
export function drawLabel(pen: CanvasRenderingContext2D, actor: Actor, camera: Camera): void {
  const { x, y } = camera.toScreen(actor.x, actor.y);
  const top = y - 34 * camera.scale - 12;
  pen.font = FONT;
  pen.textAlign = 'center';
  pen.textBaseline = 'alphabetic';
  pen.lineJoin = 'round';
  pen.strokeStyle = faded(INK, 0.85);
  pen.lineWidth = 3.5;
  const name = shortName(actor.name);
  pen.strokeText(name, x, top);
  pen.fillStyle = IVORY;
  pen.fillText(name, x, top);

  const left = x - BAR_WIDTH / 2;
  pen.fillStyle = faded(INK, 0.8);
  pen.fillRect(left - 1, top + 4, BAR_WIDTH + 2, 5);
  const share = actor.hp / SHIP.hp;
  pen.fillStyle = share > 0.35 ? lightOf(actor.colour) : VERMILION;
  pen.fillRect(left, top + 5, BAR_WIDTH * share, 3);
  if (actor.shield === 0) return;
  pen.fillStyle = CELADON;
  pen.fillRect(left, top + 5, BAR_WIDTH * Math.min(1, actor.shield / SHIP.shieldMax), 1.2);
}

/** Names may be 32 code points long; over a ship there is room for about ten characters. */
export function shortName(name: string, most = NAME_MOST): string {
  const characters = charactersOf(name.trim());
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`;
}
