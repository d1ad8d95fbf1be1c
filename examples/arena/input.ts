/** What a player asks for: one stick to fly, one direction to aim, two triggers. */
import { angle, axis, flag } from '@madang/core';

export const input = { moveX: axis, moveY: axis, aim: angle({ bits: 10 }), fire: flag, bolt: flag };
