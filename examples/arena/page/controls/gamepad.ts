/** The first gamepad that is there: left stick flies, right stick aims and fires, shoulders for the triggers. */
import type { Pilot, Trigger } from './pilot.ts';

const DEAD = 0.2;
const FIRES_FROM = 0.7;
/** Buttons of the standard layout: R2 and R1 fire, L2, L1 and A throw. */
const BUTTONS: Readonly<Record<Trigger, readonly number[]>> = { fire: [7, 5], bolt: [6, 4, 0] };

/** Answers what to call for each picture: gamepads say nothing by themselves. */
export function flyByGamepad(pilot: Pilot): () => void {
  let isFlying = false;
  return () => {
    const pad = navigator.getGamepads().find((one) => one?.connected === true);
    if (pad === null || pad === undefined) return;
    const [leftX = 0, leftY = 0, rightX = 0, rightY = 0] = pad.axes;
    const wasFlying = isFlying;
    isFlying = Math.hypot(leftX, leftY) > DEAD;
    // A stick at rest must not hold still a ship that keys fly.
    if (isFlying) pilot.fly(leftX, leftY);
    else if (wasFlying) pilot.fly(0, 0);
    const push = Math.hypot(rightX, rightY);
    if (push > DEAD) pilot.aim = Math.atan2(rightY, rightX);
    for (const trigger of ['fire', 'bolt'] as const) {
      const isPressed = BUTTONS[trigger].some((button) => pad.buttons[button]?.pressed === true);
      if (isPressed || (trigger === 'fire' && push > FIRES_FROM)) pilot.pull(trigger, 'pad', performance.now());
      else pilot.letGo(trigger, 'pad');
    }
  };
}
