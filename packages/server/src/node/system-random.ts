/** Chance from the operating system. */
import { randomBytes } from 'node:crypto';
import type { Random } from '../ports/random.ts';

export const systemRandom: Random = { u32: () => randomBytes(4).readUInt32LE() };
