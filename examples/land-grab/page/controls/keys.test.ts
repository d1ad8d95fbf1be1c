import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Heading } from '../yard/world.ts';
import { steerByKeys } from './keys.ts';
import { Steering } from './steering.ts';
import { SWIPE } from './swipe.ts';

class TextField extends EventTarget {}

beforeEach(() => {
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal('HTMLInputElement', TextField);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function keyboard(playing = true) {
  const told: Heading[] = [];
  const steering = new Steering((heading) => told.push(heading));
  steerByKeys(steering, () => playing);
  /** Answers whether the page kept the key from scrolling. */
  const send = (type: string, code: string, more: object = {}): boolean =>
    !window.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), { code, ...more }));
  return {
    told,
    steering,
    down: (code: string, more: object = {}) => send('keydown', code, more),
    up: (code: string) => send('keyup', code),
  };
}

test('arrows and WASD steer alike and do not scroll the page; other keys are left alone', () => {
  const { told, down, up } = keyboard();
  const kept = ['ArrowLeft', 'KeyA', 'ArrowRight', 'KeyD', 'ArrowUp', 'KeyW', 'ArrowDown', 'KeyS'].map((code) => {
    const isKept = down(code);
    up(code);
    return isKept;
  });
  expect(kept).toEqual(kept.map(() => true));
  expect(told.filter((heading) => heading !== 'none')).toEqual([
    'left',
    'left',
    'right',
    'right',
    'up',
    'up',
    'down',
    'down',
  ]);
  expect(['Space', 'KeyQ', 'Tab'].map((code) => down(code))).toEqual([false, false, false]);
});

test('a shortcut of the browser moves nothing', () => {
  const { told, down } = keyboard();
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) expect(down('KeyA', more)).toBe(false);
  expect(told).toEqual([]);
});

test('a key before the game began moves nothing', () => {
  const { told, down } = keyboard(false);
  expect([down('KeyA'), told]).toEqual([false, []]);
});

test('a name being typed moves nothing', () => {
  const { told } = keyboard();
  const field = new TextField();
  const event = Object.assign(new Event('keydown', { cancelable: true }), { code: 'KeyA' });
  Object.defineProperty(event, 'target', { value: field });
  window.dispatchEvent(event);
  expect([told, event.defaultPrevented]).toEqual([[], false]);
});

test('a key that repeats does not take over from one pressed later, and still does not scroll', () => {
  const { told, down } = keyboard();
  down('ArrowLeft');
  down('ArrowUp');
  expect(down('ArrowLeft', { repeat: true })).toBe(true);
  expect(told).toEqual(['left', 'up']);
});

test('a key ends the swipe for good', () => {
  const { told, steering, down, up } = keyboard();
  steering.press(SWIPE, 'left');
  down('ArrowUp');
  up('ArrowUp');
  expect(told.at(-1)).toBe('none');
});

test('looking away stops the stone, since nobody says when the key was let go', () => {
  const { told, down } = keyboard();
  down('ArrowLeft');
  window.dispatchEvent(new Event('blur'));
  expect(told).toEqual(['left', 'none']);
  down('ArrowUp');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(told.at(-1)).toBe('up');
  Object.assign(document, { hidden: true });
  document.dispatchEvent(new Event('visibilitychange'));
  expect(told.at(-1)).toBe('none');
});
