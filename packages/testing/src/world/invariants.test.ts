import { ByteWriter, encodeDone, encodeWelcome, writeSnapshotHead } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { pond } from '../pond.test-support.ts';
import { Invariants } from './invariants.ts';
import { SeatTold } from './seat-told.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { World } from './world.ts';

/** Invariants of frames alone; what they need of a world is nothing. */
function frames() {
  const failed: string[] = [];
  const invariants = new Invariants({} as World<typeof pond>, { game: pond }, (problem) => {
    if (problem !== null) failed.push(problem);
  });
  const line = (name: string) => {
    const told = new SeatTold();
    const hear = (frame: Uint8Array): void => {
      told.take(pond, frame);
      invariants.heard({ name } as SimulatedClient<typeof pond>, told, frame);
    };
    return {
      welcome: (seat: number, roomId = 'room') =>
        hear(
          encodeWelcome({
            seat,
            roomId,
            code: '',
            you: '',
            token: '',
            graceMs: 0,
            heard: 0,
            isReturn: false,
          }),
        ),
      state: (tick: number) => {
        const out = new ByteWriter();
        writeSnapshotHead(out, tick);
        hear(out.take());
      },
      other: () => hear(encodeDone(1)),
    };
  };
  return { failed, line };
}

describe('[I2] a seat', () => {
  test('has one line: an older one that is told more of it is a failure', () => {
    const { failed, line } = frames();
    const [old, young] = [line('old'), line('young')];
    old.welcome(1);
    old.state(5);
    young.welcome(1);
    young.state(9);
    old.state(8);
    old.other();
    expect(failed).toEqual([]);
    old.state(9);
    expect(failed).toEqual([
      '[I2] old is still told of seat 1 of room room at tick 9, which another line has had since',
    ]);
  });

  test('may be told of late: what counts is the order in which the server sent', () => {
    const { failed, line } = frames();
    const [first, second, third] = [line('first'), line('second'), line('third')];
    first.welcome(1);
    first.state(1);
    third.welcome(1);
    third.state(20);
    second.welcome(1);
    second.state(10);
    second.state(19);
    third.state(21);
    expect(failed).toEqual([]);
    second.state(20);
    expect(failed.length).toBe(1);
  });

  test('is another one in another room; spectators have none', () => {
    const { failed, line } = frames();
    const lines = [line('a'), line('b'), line('c'), line('d')];
    for (const [index, one] of lines.entries()) {
      one.welcome(index < 2 ? 1 : 0, index === 1 ? 'other' : 'room');
      one.state(index + 1);
    }
    for (const one of lines) one.state(30);
    expect(failed).toEqual([]);
  });
});
