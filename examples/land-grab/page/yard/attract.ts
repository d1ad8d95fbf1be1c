/**
 * A toy yard that plays by itself behind the menu and on the landing page. It looks like the game and follows its
 * two rules, walking claims and enclosing claims, but it is decoration: no server, no rounds, no winner.
 */
import { seededChance } from './texture.ts';
import type { Heading, Stone, World } from './world.ts';

export const ATTRACT_TICK_MS = 130;

const STEP: Record<Heading, readonly [number, number]> = {
  none: [0, 0],
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

interface Walker extends Stone {
  x: number;
  y: number;
  readonly legs: { heading: Heading; cells: number }[];
}

export interface Attract {
  readonly world: World;
  step(): void;
}

export function createAttract(size: { width: number; height: number }, names: readonly string[], seed = 12): Attract {
  const chance = seededChance(seed);
  const { width, height } = size;
  const colours = new Uint8Array(width * height);
  const at = (x: number, y: number): number => colours[y * width + x] ?? 0;
  const walkers: Walker[] = names.map((name, index) => ({
    id: index + 1,
    name,
    colour: ((index * 3) % 16) + 1,
    score: 0,
    wins: 0,
    bot: false,
    legs: [],
    x: Math.floor(chance() * width),
    y: Math.floor(chance() * height),
  }));
  let claimed = 0;

  function step(): void {
    for (const walker of walkers) {
      if (walker.legs.length === 0) walker.legs.push(...loop(walker));
      const leg = walker.legs[0];
      if (leg === undefined) continue;
      const [dx, dy] = STEP[leg.heading];
      walker.x = Math.max(0, Math.min(width - 1, walker.x + dx));
      walker.y = Math.max(0, Math.min(height - 1, walker.y + dy));
      leg.cells -= 1;
      if (leg.cells <= 0) walker.legs.shift();
      claim(walker.x, walker.y, walker.colour);
      if (walker.legs.length === 0) enclose(walker.colour);
    }
    // An endless game would fill up and stop being worth a look.
    if (claimed > width * height * 0.82) {
      colours.fill(0);
      claimed = 0;
    }
  }

  function claim(x: number, y: number, colour: number): void {
    if (at(x, y) === 0) claimed += 1;
    colours[y * width + x] = colour;
  }

  function loop(walker: Walker): { heading: Heading; cells: number }[] {
    const across = 3 + Math.floor(chance() * 5);
    const along = 3 + Math.floor(chance() * 4);
    const x: Heading = walker.x > width * (0.25 + chance() * 0.5) ? 'left' : 'right';
    const y: Heading = walker.y > height * (0.25 + chance() * 0.5) ? 'up' : 'down';
    const back: Heading = x === 'left' ? 'right' : 'left';
    const home: Heading = y === 'up' ? 'down' : 'up';
    const legs = [
      { heading: x, cells: across },
      { heading: y, cells: along },
      { heading: back, cells: across },
      { heading: home, cells: along },
    ];
    const away = chance() < 0.4 ? [{ heading: chance() < 0.5 ? x : y, cells: 2 + Math.floor(chance() * 5) }] : [];
    return [...legs, ...away];
  }

  /** Whatever a flood from the rim cannot reach without crossing the colour belongs to it. */
  function enclose(colour: number): void {
    const reached = new Uint8Array(width * height);
    const open: number[] = [];
    const visit = (x: number, y: number): void => {
      if (x < 0 || y < 0 || x >= width || y >= height) return;
      const cell = y * width + x;
      if (reached[cell] === 1 || colours[cell] === colour) return;
      reached[cell] = 1;
      open.push(cell);
    };
    for (let x = 0; x < width; x += 1) {
      visit(x, 0);
      visit(x, height - 1);
    }
    for (let y = 0; y < height; y += 1) {
      visit(0, y);
      visit(width - 1, y);
    }
    for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
      const x = cell % width;
      const y = Math.floor(cell / width);
      visit(x - 1, y);
      visit(x + 1, y);
      visit(x, y - 1);
      visit(x, y + 1);
    }
    for (let cell = 0; cell < reached.length; cell += 1) {
      if (reached[cell] === 0) claim(cell % width, Math.floor(cell / width), colour);
    }
  }

  const world: World = {
    players: {
      get: (id) => walkers.find((walker) => walker.id === id),
      [Symbol.iterator]: () => walkers[Symbol.iterator](),
    },
    tiles: { width, height, at },
    round: { number: 1, phase: 'play', endsAtTick: 0, winner: 0 },
  };
  for (let warmUp = 0; warmUp < 60; warmUp += 1) step();
  return { world, step };
}
