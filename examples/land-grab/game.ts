/**
 * 땅따먹기, land grab: the yard game of claiming ground.
 *
 * You move one cell a tick in the direction you hold. A cell you enter becomes yours, whoever had it; cells that your
 * ground encloses completely become yours too, except one that a rival stands on; where a rival or the wall stands, you
 * stay. A round lasts two minutes; then the scoreboard, then a fresh yard.
 */
import {
  bool,
  choice,
  defineGame,
  grid,
  type Row,
  record,
  rowId,
  type SeededRandom,
  type SeenStateOf,
  type StateOf,
  table,
  text,
  u8,
  u16,
  u32,
} from '@madang/core';
import { thinkAhead } from './bot.ts';
import { enclosedBy } from './enclosure.ts';
import { isInYard, STEPS, YARD_HEIGHT, YARD_WIDTH } from './yard.ts';

const TICK_RATE_HZ = 10;
const ROUND_TICKS = 120 * TICK_RATE_HZ;
const SCOREBOARD_TICKS = 8 * TICK_RATE_HZ;

/** Free cells looked at before a player is put on the best of them. */
const SPAWN_TRIES = 16;

const player = {
  name: text(128),
  /** 1 to 16, the number its cells bear. */
  colour: u8,
  x: u8,
  y: u8,
  /** Cells that are yours now. */
  score: u16,
  /** Rounds won since you came. */
  wins: u16,
  bot: bool,
};

const state = {
  players: table(player, { maxRows: 16 }),
  /** The colour of the player each cell belongs to, or 0. */
  tiles: grid({ width: YARD_WIDTH, height: YARD_HEIGHT, of: u8 }),
  round: record({ number: u16, phase: choice('play', 'over'), endsAtTick: u32, winner: rowId }),
};

/** The state and a player, as this game's rules see them. */
export type YardState = StateOf<typeof state>;
export type Player = Row<typeof player>;

/** The same, as players and bots see them. */
export type SeenYard = SeenStateOf<typeof state>;

export const landGrab = defineGame({
  name: 'land-grab',
  title: { ko: '땅따먹기', en: 'Land Grab' },
  tickRateHz: TICK_RATE_HZ,
  seats: 16,
  state,
  input: { dir: choice('none', 'left', 'right', 'up', 'down') },
  events: {
    captured: { by: rowId, cells: u16 },
    roundOver: { winner: rowId, name: text(128), score: u16, number: u16 },
    roundStarted: { number: u16 },
  },
  avatars: 'players',
  words: {
    좌: { dir: 'left' },
    우: { dir: 'right' },
    상: { dir: 'up' },
    하: { dir: 'down' },
    left: { dir: 'left' },
    right: { dir: 'right' },
    up: { dir: 'up' },
    down: { dir: 'down' },
  },
  bots: {
    atLeast: 4,
    names: ['단비', '바람', '도토리', '별이'],
    think: (me, { state, held, random }) => ({ dir: thinkAhead(me, state, held.dir, random) }),
  },

  create(room, { tick }) {
    room.state.round.number = 1;
    room.state.round.endsAtTick = tick + ROUND_TICKS;
  },

  join(room, seat, { random }) {
    const { players, tiles } = room.state;
    const spot = spawnSpot(room.state, random);
    players.add({ name: seat.name, colour: seat.number, bot: seat.isBot, score: 0, ...spot }, { owner: seat });
    tiles.set(spot.x, spot.y, seat.number);
    countGround(room.state);
  },

  leave(room, seat) {
    const { tiles } = room.state;
    // The next player on this seat has this colour and must not inherit ground.
    for (let y = 0; y < tiles.height; y++) {
      for (let x = 0; x < tiles.width; x++) if (tiles.at(x, y) === seat.number) tiles.set(x, y, 0);
    }
  },

  control(me, { dir }, { state }) {
    if (state.round.phase === 'over') return;
    const x = me.x + STEPS[dir].dx;
    const y = me.y + STEPS[dir].dy;
    if (isInYard(x, y) && !isSomebodyAt(state, x, y)) {
      me.x = x;
      me.y = y;
    }
  },

  step(room, { tick, random }) {
    const { state } = room;
    const { players, tiles, round } = state;
    if (round.phase === 'over') {
      if (tick >= round.endsAtTick) {
        startRound(state, tick, random);
        room.emit('roundStarted', { number: round.number });
      }
      return;
    }
    let hasNewGround = false;
    for (const one of players) {
      if (tiles.at(one.x, one.y) === one.colour) continue;
      tiles.set(one.x, one.y, one.colour);
      hasNewGround = true;
      const cells = captureEnclosed(state, one);
      if (cells > 0) room.emit('captured', { by: one.id, cells });
    }
    if (hasNewGround) countGround(state);
    if (tick >= round.endsAtTick) {
      const winner = leader(state);
      if (winner !== undefined) winner.wins += 1;
      round.phase = 'over';
      round.endsAtTick = tick + SCOREBOARD_TICKS;
      round.winner = winner?.id ?? 0;
      room.emit('roundOver', {
        winner: winner?.id ?? 0,
        name: winner?.name ?? '',
        score: winner?.score ?? 0,
        number: round.number,
      });
    }
  },
});

function isSomebodyAt(state: SeenYard, x: number, y: number): boolean {
  for (const one of state.players) if (one.x === x && one.y === y) return true;
  return false;
}

/** Cells that `one`'s ground encloses become its own, except those that rivals stand on. Answers how many did. */
function captureEnclosed(state: YardState, one: Player): number {
  const { players, tiles } = state;
  const held = new Set<number>();
  for (const rival of players) if (rival.id !== one.id) held.add(rival.y * YARD_WIDTH + rival.x);
  let captured = 0;
  for (const cell of enclosedBy(tiles, one.colour)) {
    if (held.has(cell)) continue;
    tiles.set(cell % YARD_WIDTH, Math.floor(cell / YARD_WIDTH), one.colour);
    captured++;
  }
  return captured;
}

function countGround(state: YardState): void {
  const counts = new Array<number>(17).fill(0);
  const { cells } = state.tiles;
  for (let i = 0; i < cells.length; i++) {
    const colour = cells[i] ?? 0;
    counts[colour] = (counts[colour] ?? 0) + 1;
  }
  for (const one of state.players) one.score = counts[one.colour] ?? 0;
}

/** Most ground wins; of equals, the one who has been here longer. */
function leader(state: YardState): Player | undefined {
  let best: Player | undefined;
  for (const one of state.players) if (best === undefined || one.score > best.score) best = one;
  return best;
}

function startRound(state: YardState, tick: number, random: SeededRandom): void {
  const { players, tiles, round } = state;
  tiles.fill(0);
  round.number = (round.number % 0xffff) + 1;
  round.phase = 'play';
  round.endsAtTick = tick + ROUND_TICKS;
  round.winner = 0;
  for (const one of players) {
    Object.assign(one, spawnSpot(state, random));
    tiles.set(one.x, one.y, one.colour);
  }
  countGround(state);
}

/**
 * Of some cells drawn by chance, the one farthest from everybody. Only unclaimed cells and the yard's edge count: whoever
 * begins in the midst of a rival's ground is enclosed by it, and every step taken there is the rival's again at once.
 */
function spawnSpot({ players, tiles }: YardState, random: SeededRandom): { x: number; y: number } {
  let best = { x: 0, y: 0 };
  let bestDistance = 0;
  for (let tries = 0; tries < SPAWN_TRIES || bestDistance === 0; tries++) {
    const x = random.below(YARD_WIDTH);
    const y = random.below(YARD_HEIGHT);
    const isEdge = x === 0 || y === 0 || x === YARD_WIDTH - 1 || y === YARD_HEIGHT - 1;
    if (tiles.at(x, y) !== 0 && !isEdge) continue;
    let nearest = YARD_WIDTH + YARD_HEIGHT;
    for (const other of players) nearest = Math.min(nearest, Math.abs(other.x - x) + Math.abs(other.y - y));
    if (nearest > bestDistance) {
      best = { x, y };
      bestDistance = nearest;
    }
  }
  return best;
}
