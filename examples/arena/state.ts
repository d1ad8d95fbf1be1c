/** What there is in the arena: ships, bolts, pickups and the round. */
import {
  angle,
  bool,
  choice,
  quantized,
  type Row,
  record,
  rowId,
  type SeenRow,
  type SeenStateOf,
  type StateOf,
  table,
  text,
  u8,
  u16,
  u32,
} from '@madang/core';
import { ARENA_SIZE, SHIP } from './measures.ts';

const coordinate = quantized({ min: 0, max: ARENA_SIZE, step: 1 / 16 });

/** Of what flies. A ship that is back after it was destroyed has jumped and not flown. */
const flown = (velocity: 'vx' | 'vy') => coordinate.drawn({ velocity, jumpAbove: 160 });

const speed = quantized({ min: -SHIP.speedMax, max: SHIP.speedMax, step: 1 });

const ship = {
  name: text(128),
  /** 1 to 16, the number of its seat. */
  colour: u8,
  bot: bool,
  x: flown('vx'),
  y: flown('vy'),
  vx: speed,
  vy: speed,
  /** Where it looks and shoots. */
  aim: angle({ bits: 10 }),
  /** 0 for a ship that was destroyed. */
  hp: u8,
  shield: u8,
  /** Ships destroyed in this round. */
  score: u16,
  deaths: u16,
  /** Rounds won since it came. */
  wins: u16,
  /** Until these ticks it fires faster, and nothing harms it. */
  rapidUntil: u32,
  safeUntil: u32,
  /** When a destroyed ship is back. */
  backAt: u32,
  /** The ticks of its last shot and its last bolt: what its own client needs to predict the next. */
  firedAt: u32.visibleTo('owner'),
  lobbedAt: u32.visibleTo('owner'),
};

/** A ball of plasma: slow enough to be dodged, bounces off walls, bursts at a ship or when its time is up. */
const bolt = {
  /** The ship it came from. */
  by: rowId,
  colour: u8,
  x: flown('vx'),
  y: flown('vy'),
  vx: speed,
  vy: speed,
  endsAt: u32,
};

/** Something lies here from the tick `readyAt` on. */
const pickup = {
  kind: choice('repair', 'shield', 'rapid'),
  x: u16,
  y: u16,
  readyAt: u32,
};

export const state = {
  ships: table(ship, { maxRows: 16 }),
  bolts: table(bolt, { maxRows: 64 }),
  pickups: table(pickup, { maxRows: 16 }),
  round: record({ number: u16, phase: choice('play', 'over'), endsAtTick: u32, winner: rowId }),
};

export const events = {
  /** A beam left a ship. What it hit, if anything, is told by `hit`. */
  shot: { by: rowId, x: coordinate, y: coordinate, aim: angle({ bits: 10 }) },
  hit: { by: rowId, on: rowId, damage: u8, isShield: bool },
  burst: { by: rowId, x: coordinate, y: coordinate },
  destroyed: { by: rowId, on: rowId, x: coordinate, y: coordinate, how: choice('beam', 'bolt') },
  picked: { by: rowId, kind: choice('repair', 'shield', 'rapid'), x: u16, y: u16 },
  roundOver: { winner: rowId, name: text(128), score: u16, number: u16 },
  roundStarted: { number: u16 },
};

/** The state, as this game's rules see it, and its rows. */
export type ArenaState = StateOf<typeof state>;
export type Ship = Row<typeof ship>;
export type Bolt = Row<typeof bolt>;

/** The same, as players and bots see them. */
export type SeenArena = SeenStateOf<typeof state>;
export type SeenShip = SeenRow<typeof ship>;
export type SeenBolt = SeenRow<typeof bolt>;
export type SeenPickup = SeenRow<typeof pickup>;
