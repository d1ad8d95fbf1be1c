import {
  axis,
  createMirror,
  createState,
  defineGame,
  type Fields,
  f32,
  flag,
  type Game,
  quantized,
  type StateStore,
  table,
  u8,
  type ValuesOf,
} from '@madang/core';
import { InputTimeline, TableAt } from '@madang/core/netcode';
import { describe, expect, test } from 'vitest';
import { Prediction } from './prediction.ts';

const RATE = 30;

const definition = {
  name: 'lane',
  tickRateHz: RATE,
  seats: 2,
  state: {
    carts: table({ x: quantized({ min: 0, max: 4096, step: 1 / 16 }), tilt: f32, mood: u8 }, { maxRows: 4 }),
    balls: table({ x: quantized({ min: 0, max: 4096, step: 1 / 16 }) }, { maxRows: 16 }),
  },
  input: { dx: axis, throws: flag },
  avatars: 'carts',
} as const;

interface Drawn {
  readonly x: number;
  readonly tilt?: number;
  readonly mood?: number;
}

/** A prediction on a server's state that the test writes by hand. */
function predicting(control: (cart: { mood: number }) => void = () => {}) {
  let controls = 0;
  const game = defineGame({
    ...definition,
    control(cart, { dx, throws }, { spawn }) {
      controls++;
      cart.x += dx * 4;
      if (throws) spawn('balls', { x: cart.x });
      control(cart);
    },
    advance: {
      balls(ball) {
        ball.x += 8;
      },
    },
  });
  const server = createState(game.state);
  const mirror = createMirror(game.state, 1);
  const inputs = new InputTimeline<ValuesOf<Fields>>({ dx: 0, throws: false });
  const tables = mirror.store.parts.map((part) => (part.type === 'table' ? new TableAt(part, RATE, false) : null));
  const prediction = new Prediction({
    game: game as unknown as Game,
    seat: 1,
    roomId: 'room',
    confirmed: mirror.store as unknown as StateStore,
    inputs,
    drawn: tables,
    rejected: () => {},
  });
  return {
    server: server.view,
    inputs,
    prediction,
    /** Calls of `control` since the last time. */
    controls: () => {
      const count = controls;
      controls = 0;
      return count;
    },
    tell: (tick: number) => {
      mirror.store.copyFrom(server);
      mirror.store.settleAll();
      prediction.confirmed(tick);
    },
    /** One picture: the rows of a table as they are drawn. */
    draw: (playedTick: number, index = 0, elapsedMs = 0) => {
      prediction.frame(playedTick, elapsedMs);
      for (const [part, at] of tables.entries()) at?.aim(null, prediction.aheadOf(part, playedTick, null));
      return [...(tables[index] ?? [])].map((row) => JSON.parse(JSON.stringify(row)) as Drawn);
    },
  };
}

describe('playing ahead', () => {
  test('what is drawn is on its way to the tick that is played', () => {
    const { server, inputs, tell, draw } = predicting();
    server.carts.add({ x: 100 }, { owner: { number: 1 } });
    inputs.put(6, { dx: 1, throws: false });
    tell(5);
    expect([6, 6.5, 7, 7.5, 9].map((tick) => draw(tick)[0]?.x)).toEqual([100, 102, 104, 106, 112]);
  });

  test('a state in between changes nothing where it was foreseen', () => {
    const { server, inputs, prediction, tell, draw } = predicting();
    const cart = server.carts.add({ x: 100 }, { owner: { number: 1 } });
    inputs.put(6, { dx: 1, throws: false });
    tell(5);
    draw(9);
    cart.x = 104;
    tell(6);
    expect(draw(9)[0]?.x).toBe(112);
    expect([prediction.corrections, prediction.visibleErrorSteps]).toEqual([0, 0]);
  });

  test('a surprise is told in steps, drawn not at all at first, and faded in', () => {
    const { server, inputs, prediction, tell, draw } = predicting();
    const cart = server.carts.add({ x: 100 }, { owner: { number: 1 } });
    inputs.put(6, { dx: 1, throws: false });
    tell(5);
    draw(9);
    cart.x = 94;
    tell(6);
    expect(draw(9)[0]?.x).toBe(112);
    expect([prediction.corrections, prediction.errorSteps, prediction.visibleErrorSteps]).toEqual([1, 160, 160]);
    expect(draw(9, 0, 60)[0]?.x).toBeCloseTo(102 + 10 / Math.E, 6);
    expect(draw(9, 0, 1_000)[0]?.x).toBe(102);
    expect(prediction.visibleErrorSteps).toBe(0);
  });

  test('a whole number that a rule only writes and a float both fade to the end', () => {
    const { server, prediction, tell, draw } = predicting();
    const cart = server.carts.add({ tilt: 0.5 }, { owner: { number: 1 } });
    tell(5);
    draw(9);
    cart.tilt = 0.75;
    tell(6);
    expect(draw(9)[0]?.tilt).toBe(0.5);
    expect(draw(9, 0, 2_000)[0]?.tilt).toBe(0.75);
    expect(prediction.corrections).toBe(0);
  });

  test('a row in the place of another has nothing of its error', () => {
    const { server, tell, draw } = predicting();
    server.carts.add({ x: 100 }, { owner: { number: 1 } });
    tell(5);
    draw(9);
    for (const cart of server.carts) cart.x = 150;
    tell(6);
    expect(draw(9)[0]?.x).toBe(100);
    for (const cart of server.carts) server.carts.remove(cart);
    server.carts.add({ x: 300 }, { owner: { number: 1 } });
    tell(7);
    expect(draw(9)[0]?.x).toBe(300);
  });

  test('the rows of others are not played, nor drawn from here', () => {
    const { server, tell, draw } = predicting();
    server.carts.add({ x: 100 }, { owner: { number: 2 } });
    server.balls.add({ x: 100 }, { owner: { number: 2 } });
    tell(5);
    expect([draw(20), draw(20, 1)]).toEqual([[], []]);
  });

  test('a rule that fails stops nothing, and what it had written is drawn', () => {
    const { server, tell, draw } = predicting((cart) => {
      cart.mood = 7;
      throw new Error('not here');
    });
    server.carts.add({ x: 100 }, { owner: { number: 1 } });
    tell(5);
    expect(draw(9)[0]?.mood).toBe(7);
    expect(draw(12)[0]?.mood).toBe(7);
  });
});

describe('what is played again', () => {
  test('is what the server has not said yet, each time it says something, and nothing between', () => {
    const { server, tell, draw, controls } = predicting();
    server.carts.add({ x: 100 }, { owner: { number: 1 } });
    tell(5);
    draw(9.2);
    expect(controls()).toBe(4);
    draw(9.6);
    expect(controls()).toBe(0);
    draw(10);
    expect(controls()).toBe(1);
    tell(6);
    tell(7);
    draw(10.1);
    expect(controls()).toBe(3);
  });

  test('is a second of the fastest games at most, however long nobody drew or nothing changed', () => {
    const { server, tell, draw, controls } = predicting();
    server.carts.add({ x: 100 }, { owner: { number: 1 } });
    tell(5);
    draw(100_000);
    expect(controls()).toBe(128);
    draw(900_000);
    expect(controls()).toBe(128);
    tell(900_001);
    draw(900_004);
    // Four for the old state, as far as it goes now, and three for the new one.
    expect(controls()).toBe(7);
  });

  test('begins with what is confirmed after a restart, with nothing left of what was drawn', () => {
    const { server, prediction, tell, draw } = predicting();
    server.carts.add({ x: 100 }, { owner: { number: 1 } });
    tell(5);
    draw(9);
    prediction.restart();
    for (const cart of server.carts) cart.x = 700;
    tell(5_000);
    expect(draw(5_002)[0]?.x).toBe(700);
    expect(prediction.visibleErrorSteps).toBe(0);
  });
});

describe('spawned rows', () => {
  test('are known again when the server gave their place to another, and so are not drawn on the way from it', () => {
    const { server, inputs, prediction, tell, draw } = predicting();
    server.carts.add({ x: 100 }, { owner: { number: 1 } });
    server.balls.add({ x: 3_000 }, { owner: { number: 2 } });
    inputs.put(6, { dx: 0, throws: true });
    tell(5);
    const xs = (): number[] => draw(10, 1).map(({ x }) => x);
    const before = xs();
    expect(before).toEqual([132, 124, 116, 108]);
    // The ball of tick 6 is known now, but not where it was thought to be: the place of tick 7's was another's.
    server.balls.add({ x: 500 }, { owner: { number: 2 } });
    server.balls.add({ x: 108 }, { owner: { number: 1 } });
    tell(6);
    expect(xs().sort((a, b) => b - a)).toEqual(before);
    expect(prediction.visibleErrorSteps).toBe(0);
  });
});
