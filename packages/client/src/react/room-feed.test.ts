import { expect, test } from 'vitest';
import { feedOf, RoomFeed } from './room-feed.ts';

/** A room that changes and a screen that draws when the test says so. */
function feed() {
  const listeners = new Set<(tick: number) => void>();
  const room = {
    state: {},
    onState: (run: (tick: number) => void) => {
      listeners.add(run);
      return () => void listeners.delete(run);
    },
  };
  let frames: (() => void)[] = [];
  const made = new RoomFeed(room, (run) => {
    frames.push(run);
    return () => {
      frames = frames.filter((other) => other !== run);
    };
  });
  return {
    room,
    feed: made,
    listeners,
    change: () => {
      for (const run of listeners) run(1);
    },
    draw: () => {
      for (const run of frames.splice(0)) run();
    },
    frames: () => frames.length,
  };
}

test('however many states come between two pictures, a component hears of them once', () => {
  const { feed: one, change, draw, frames } = feed();
  const heard: string[] = [];
  one.subscribe(() => heard.push('a'));
  one.subscribe(() => heard.push('b'));
  for (let i = 0; i < 5; i++) change();
  expect([heard, frames()]).toEqual([[], 1]);
  draw();
  expect(heard).toEqual(['a', 'b']);
  draw();
  expect([heard.length, frames()]).toEqual([2, 0]);
  change();
  draw();
  expect(heard.length).toBe(4);
});

test('a component that is gone hears nothing more, and the last one takes the room off its hands', () => {
  const { feed: one, change, draw, frames, listeners } = feed();
  const heard: string[] = [];
  const stops = ['a', 'b'].map((name) => one.subscribe(() => heard.push(name)));
  change();
  stops[0]?.();
  draw();
  expect(heard).toEqual(['b']);
  change();
  stops[1]?.();
  expect([listeners.size, frames()]).toEqual([0, 0]);
});

test('what changed while nobody listened counts as a change', () => {
  const { feed: one, change } = feed();
  expect(one.version).toBeNull();
  const stop = one.subscribe(() => {});
  const before = one.version;
  expect(one.version).toBe(before);
  stop();
  expect(one.version).toBeNull();
  one.subscribe(() => {});
  expect(one.version).not.toBe(before);
  const again = one.version;
  change();
  expect(one.version).not.toBe(again);
});

test('components that look at one room are told together', () => {
  const { room } = feed();
  expect(feedOf(room)).toBe(feedOf(room));
  expect(feedOf(room)).not.toBe(feedOf(feed().room));
});
