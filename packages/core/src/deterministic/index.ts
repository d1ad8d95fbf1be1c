/** Arithmetic with one possible result, for rules that server, client and replay must agree on to the bit. */
export { angleBetween, lerpAngle, turnTowards, wrapAngle } from './angles.ts';
export { approach, clamp, lerp, snapTo } from './numbers.ts';
export { floorDiv, isqrt, mod } from './rounded-down.ts';
export { atan2, cos, hypot, sin } from './trigonometry.ts';
