/**
 * 별마당, Star Arena: ships with two sticks, one to fly and one to aim.
 *
 * A beam hits whoever was under it on the shooter's screen; a bolt of plasma flies, bounces off walls and bursts.
 * Whoever destroyed most when three minutes are over wins the round. Flying, firing and throwing bolts are `control`
 * and `advance`, which a player's own client runs ahead; who is hit, who picks what up and who wins is `step`, and
 * the server's alone.
 */
import { cos, defineGame, sin } from '@madang/core';
import { thinkAhead } from './bot.ts';
import { boltFrom, fly, flyBolt } from './flight.ts';
import { input } from './input.ts';
import { BEAM, BOLT, TICK_RATE_HZ } from './measures.ts';
import { layPickups, takePickups } from './pickups.ts';
import { addShip, bringBack, openRound, stepRound } from './rounds.ts';
import { events, state } from './state.ts';
import { burstBolts, judgeBeams } from './weapons.ts';

export const arena = defineGame({
  name: 'arena',
  title: { ko: '별마당', en: 'Star Arena' },
  tickRateHz: TICK_RATE_HZ,
  seats: 16,
  // Battles of one's own can be looked at again, and played again by the rules.
  recordings: 'keep-with-inputs',
  // Everybody sees everything, for the map shows all ships: one frame then serves all players.
  state,
  input,
  events,
  avatars: 'ships',
  rewind: { ships: { x: 'x', y: 'y' } },
  rewindMs: 500,
  words: {
    좌: { moveX: -1 },
    우: { moveX: 1 },
    상: { moveY: -1 },
    하: { moveY: 1 },
    쏴: { fire: true },
    left: { moveX: -1 },
    right: { moveX: 1 },
    up: { moveY: -1 },
    down: { moveY: 1 },
    fire: { fire: true },
  },
  bots: {
    atLeast: 6,
    names: ['혜성', '샛별', '은하', '달무리', '미리내', '해치', '노을', '번개'],
    think: thinkAhead,
  },

  create(room, { tick }) {
    layPickups(room.state, tick);
    openRound(room.state, tick, 1);
  },

  join(room, seat, moment) {
    addShip(room.state, seat, moment);
  },

  // What a player threw goes with it, or coming and going would fill the table.
  leave({ state: { bolts } }, seat) {
    for (const bolt of bolts) if (bolt.owner === seat.number) bolts.remove(bolt);
  },

  control(ship, { moveX, moveY, aim, fire, bolt }, { tick, dt, state, spawn, emit }) {
    if (ship.hp === 0) return;
    fly(ship, { moveX, moveY }, dt);
    ship.aim = aim;
    if (state.round.phase === 'over') return;
    if (fire && tick - ship.firedAt >= (tick < ship.rapidUntil ? BEAM.rapidTicks : BEAM.everyTicks)) {
      ship.firedAt = tick;
      emit('shot', { by: ship.id, x: ship.x, y: ship.y, aim: ship.aim });
    }
    if (bolt && tick - ship.lobbedAt >= BOLT.everyTicks) {
      ship.lobbedAt = tick;
      const flying = boltFrom(ship, cos(ship.aim), sin(ship.aim));
      spawn('bolts', { by: ship.id, colour: ship.colour, endsAt: tick + BOLT.lastsTicks, ...flying });
    }
    // Whoever attacks can be attacked.
    const hasAttacked = ship.firedAt === tick || ship.lobbedAt === tick;
    if (hasAttacked && ship.safeUntil > tick) ship.safeUntil = tick;
  },

  advance: {
    bolts(bolt, { dt }) {
      flyBolt(bolt, dt);
    },
  },

  step(room, moment) {
    judgeBeams(room, moment);
    burstBolts(room, moment);
    takePickups(room, moment);
    for (const ship of room.state.ships) {
      if (ship.hp === 0 && moment.tick >= ship.backAt) bringBack(room.state, ship, moment);
    }
    stepRound(room, moment);
  },
});
