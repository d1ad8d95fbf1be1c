/** One's own ship in figures: hull, shield, when the next plasma is ready, and how long rapid fire lasts. */
import { BOLT, PICKUP, SHIP } from '../../measures.ts';
import { byId, setText } from '../dom.ts';

export interface Vitals {
  /** Of one's own ship at a tick, which may be between two. */
  show(
    ship: { hp: number; shield: number; rapidUntil: number; lobbedAt: number | undefined } | undefined,
    tick: number,
  ): void;
}

export function createVitals(): Vitals {
  const vitals = byId('vitals', HTMLElement);
  const gauges = { hull: gaugeOf('hull'), shield: gaugeOf('shield'), plasma: gaugeOf('plasma') };
  const rapid = byId('rapid', HTMLElement);
  const throwBolt = byId('throw', HTMLElement);
  return {
    show(ship, tick) {
      vitals.hidden = ship === undefined;
      if (ship === undefined) return;
      gauges.hull(ship.hp / SHIP.hp, String(ship.hp));
      gauges.shield(ship.shield / SHIP.shieldMax, String(ship.shield));
      const charge = Math.min(1, Math.max(0, (tick - (ship.lobbedAt ?? 0)) / BOLT.everyTicks));
      gauges.plasma(charge, '');
      throwBolt.style.setProperty('--charge', charge.toFixed(2));
      throwBolt.classList.toggle('ready', charge >= 1);
      vitals.classList.toggle('low', ship.hp <= SHIP.hp * 0.35);
      const left = Math.max(0, ship.rapidUntil - tick) / PICKUP.rapidTicks;
      rapid.hidden = left === 0;
      rapid.style.setProperty('--left', left.toFixed(3));
    },
  };
}

function gaugeOf(name: string): (share: number, text: string) => void {
  const bar = byId(`gauge-${name}`, HTMLElement);
  const count = byId(`count-${name}`, HTMLElement);
  return (share, text) => {
    bar.style.transform = `scaleX(${Math.min(1, share).toFixed(3)})`;
    bar.classList.toggle('full', share >= 1);
    setText(count, text);
  };
}
