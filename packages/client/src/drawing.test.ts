import { createMirror, createState, quantized, record, table, u8 } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { Drawing } from './drawing.ts';

const schema = {
  carts: table({ x: quantized({ min: 0, max: 4096, step: 1 / 16 }), y: u8 }, { maxRows: 8 }),
  snails: table({ x: quantized({ min: 0, max: 4096, step: 1 / 16 }) }, { maxRows: 8, sendEvery: 4 }),
  round: record({ number: u8 }),
};

/** What is drawn of a state that the test tells by hand. */
function drawn(ticksPerSending = 1) {
  const server = createState(schema);
  const mirror = createMirror(schema, 1);
  const drawing = new Drawing(mirror, 30, ticksPerSending);
  return {
    server: server.view,
    drawing,
    view: drawing.view,
    tell: (tick: number) => {
      mirror.store.copyFrom(server);
      mirror.store.settleAll();
      drawing.record(tick);
    },
    cartsAt: (tick: number) => {
      drawing.aim(tick, tick);
      return [...drawing.view.carts].map(({ x }) => x);
    },
    snailAt: (tick: number) => {
      drawing.aim(tick, tick);
      return [...drawing.view.snails][0]?.x;
    },
  };
}

describe('a table', () => {
  test('is drawn between two states, and beyond the newest for 100 ms', () => {
    const { server, tell, cartsAt } = drawn();
    const cart = server.carts.add({ x: 100 });
    tell(10);
    cart.x = 108;
    tell(11);
    expect([9, 10, 10.25, 11, 12, 14, 20].map((tick) => cartsAt(tick)[0])).toEqual([100, 100, 102, 108, 116, 132, 132]);
  });

  test('stood still while nothing was said of it, up to a sending before it moved', () => {
    const { server, tell, cartsAt } = drawn(2);
    const cart = server.carts.add({ x: 100 });
    tell(10);
    cart.x = 108;
    tell(30);
    expect([20, 28, 29, 30].map((tick) => cartsAt(tick)[0])).toEqual([100, 100, 104, 108]);
  });

  test('has a row from the state on that has it, and up to the state that has it no more', () => {
    const { server, tell, cartsAt } = drawn();
    const first = server.carts.add({ x: 100 });
    tell(10);
    server.carts.add({ x: 200 });
    tell(11);
    server.carts.remove(first);
    tell(12);
    expect([10.9, 11, 11.9, 12].map((tick) => cartsAt(tick))).toEqual([[100], [100, 200], [100, 200], [200]]);
  });

  test('that is not sent each time moves evenly all the same, and further in the past', () => {
    const { server, tell, snailAt } = drawn();
    const snail = server.snails.add({ x: 100 });
    for (let tick = 0; tick <= 16; tick++) {
      if ((tick + 1) % 4 === 0) snail.x = 100 + 4 * tick;
      // Something else is told of each time.
      server.round.number = tick;
      tell(tick);
    }
    expect([7, 8, 9.5, 12, 15].map((tick) => snailAt(tick))).toEqual([116, 120, 126, 136, 148]);
  });

  test('that is not sent each time stands still when it did, as soon as that is known', () => {
    const { server, tell, snailAt } = drawn();
    const snail = server.snails.add({ x: 100 });
    tell(0);
    snail.x = 116;
    tell(3);
    for (let tick = 4; tick <= 12; tick++) tell(tick);
    expect([4, 6, 8, 12].map((tick) => snailAt(tick))).toEqual([108, 116, 116, 116]);
  });
});

test('after a gap nothing is drawn of the way from before to after it', () => {
  const { server, drawing, tell, cartsAt } = drawn();
  const cart = server.carts.add({ x: 100 });
  tell(10);
  drawing.forget();
  cart.x = 500;
  tell(11);
  expect([10.2, 10.9, 12].map((tick) => cartsAt(tick)[0])).toEqual([500, 500, 500]);
});

test('records are as they were told last, and before it is aimed at anything there are no rows', () => {
  const { server, view, tell } = drawn();
  server.round.number = 3;
  server.carts.add({});
  tell(10);
  expect([view.round.number, view.carts.size, Object.keys(view)]).toEqual([3, 0, ['carts', 'snails', 'round']]);
});
