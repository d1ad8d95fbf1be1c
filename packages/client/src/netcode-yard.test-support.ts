/** A small game for the tests of prediction: runners that turn, shoot what they carry, lay marks, and come to harm. */
import { angle, axis, defineGame, flag, quantized, table, u8, u16 } from '@madang/core';

export const STEP = 1 / 16;
export const SIZE = 4096;

/** Per second. */
export const RUN = 240;
export const FLY = 480;
const BULLET_TICKS = 30;

const place = quantized({ min: 0, max: SIZE, step: STEP });

export const yardDefinition = {
  name: 'yard',
  tickRateHz: 30,
  seats: 8,
  state: {
    runners: table({
      x: place.drawn({ jumpAbove: 200 }),
      y: place.drawn({ jumpAbove: 200 }),
      heading: angle({ bits: 10 }),
      shots: u16,
      ammo: u8,
      pocket: u16.visibleTo('owner'),
      tired: u16.visibleTo('nobody'),
    }),
    bullets: table({ x: place, y: place, left: u8 }, { maxRows: 256 }),
    marks: table({ x: place, y: place }, { maxRows: 4096 }),
    drums: table({ beat: u8 }, { maxRows: 8 }),
  },
  input: { dx: axis, dy: axis, fire: flag, mark: flag, wave: flag },
  commands: { jump: {}, push: {}, die: {}, live: {}, drum: {}, rob: {} },
  events: { shot: { ammo: u8 }, waved: { hand: u8 }, drummed: { beat: u8 } },
  avatars: 'runners',
} as const;

export const yard = defineGame({
  ...yardDefinition,
  join(room, seat) {
    room.state.runners.add({ x: 512, y: 512 * seat.number, ammo: 200 }, { owner: seat });
  },
  control(runner, { dx, dy, fire, mark, wave }, { dt, emit, spawn }) {
    runner.x = Math.min(SIZE, Math.max(0, runner.x + dx * RUN * dt));
    runner.y = Math.min(SIZE, Math.max(0, runner.y + dy * RUN * dt));
    if (dx !== 0 || dy !== 0) runner.heading += 0.05;
    runner.pocket = (runner.pocket + (dx === 0 ? 0 : 1)) % 65_536;
    runner.tired = (runner.tired + 1) % 65_536;
    if (fire && runner.ammo > 0) {
      runner.ammo--;
      runner.shots = (runner.shots + 1) % 65_536;
      spawn('bullets', { x: runner.x, y: runner.y, left: BULLET_TICKS });
      emit('shot', { ammo: runner.ammo });
    }
    if (mark) spawn('marks', { x: runner.x, y: runner.y });
    if (wave) {
      emit('waved', { hand: 1 });
      emit('shot', { ammo: 255 });
      emit('waved', { hand: 2 });
    }
  },
  advance: {
    bullets(bullet, { dt }) {
      bullet.x = Math.min(SIZE, bullet.x + FLY * dt);
      if (bullet.left > 0) bullet.left--;
    },
  },
  step(room) {
    for (const bullet of room.state.bullets) if (bullet.left === 0) room.state.bullets.remove(bullet);
    for (const drum of room.state.drums) drum.beat = (drum.beat + 1) % 256;
  },
  on: {
    jump(room, seat) {
      const runner = room.state.runners.ownedBy(seat);
      if (runner !== undefined) runner.x = runner.x > SIZE / 2 ? 100 : SIZE - 100;
    },
    push(room, seat) {
      const runner = room.state.runners.ownedBy(seat);
      if (runner !== undefined) runner.y = Math.min(SIZE, runner.y + 40);
    },
    die(room, seat) {
      const runner = room.state.runners.ownedBy(seat);
      if (runner !== undefined) room.state.runners.remove(runner);
    },
    live(room, seat) {
      room.state.runners.add({ x: 3_000, y: 3_000, ammo: 10 }, { owner: seat });
    },
    rob(room, seat) {
      const runner = room.state.runners.ownedBy(seat);
      if (runner !== undefined) runner.ammo = 0;
    },
    drum(room) {
      if (room.state.drums.size < 4) room.state.drums.add({});
      room.emit('drummed', { beat: 1 });
    },
  },
});
