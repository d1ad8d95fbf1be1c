/**
 * The picture of a yard on one canvas. `show` takes each tick's state; between ticks the view glides, ripples and
 * breathes by itself. It reads the world only inside `show`, draws only while the page is visible, and knows no network.
 */
import { Camera, type Insets } from './camera.ts';
import { Effects } from './effects.ts';
import { type Change, Ground } from './ground.ts';
import { drawMinimap } from './minimap.ts';
import { Motion } from './motion.ts';
import { nightfall, Scenery } from './scenery.ts';
import { drawBubble, drawLabel, drawStone, type StonePlace } from './stones.ts';
import { earth, roughWhite } from './texture.ts';
import { type Heading, shortName, type World } from './world.ts';

const BUBBLE_MS = 3200;
const BUBBLE_POINTS_MAX = 24;
/** Sharper than this is not seen, only paid for. */
const PIXEL_RATIO_MAX = 2.5;

export interface YardView {
  /** `me` is one's own row id, or 0 for an onlooker. `remainingMs` sets the light. */
  show(world: World, tick: { me: number; tickMs: number; remainingMs: number }): void;
  /** Which way one's own stone is asked to go, shown before the server has answered. */
  wish(heading: Heading): void;
  say(id: number, text: string): void;
  celebrate(id: number): void;
  resize(insets: Insets): void;
  /** Forgets the yard, so that the next one appears instead of changing over. */
  clear(): void;
  readonly follows: boolean;
}

export function createYardView(
  canvas: HTMLCanvasElement,
  options: { calm: boolean; minimap: HTMLCanvasElement | null },
): YardView {
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('this browser offers no 2d canvas');
  const pen = context;
  const { calm } = options;
  const camera = new Camera();
  let effects = new Effects({ calm, chance: Math.random });
  const bubbles = new Map<number, { text: string; untilMs: number }>();
  let motion = new Motion();
  let ground: Ground | null = null;
  let scenery: Scenery | null = null;
  let size = { width: 40, height: 24 };
  let screen = { width: 1, height: 1, pixelRatio: 1 };
  let insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  let materials: { soil: CanvasPattern; white: CanvasPattern } | null = null;
  let me = 0;
  let wish: Heading = 'none';
  let dusk = { from: 0, to: 0, sinceMs: 0 };
  let fresh = true;
  let lastMs = 0;

  function fit(): void {
    const pixelRatio = Math.min(PIXEL_RATIO_MAX, Math.max(1, window.devicePixelRatio));
    screen = { width: canvas.clientWidth || 1, height: canvas.clientHeight || 1, pixelRatio };
    canvas.width = Math.round(screen.width * pixelRatio);
    canvas.height = Math.round(screen.height * pixelRatio);
    camera.frame(screen, size, insets);
    const cellPx = Math.round(camera.cell * pixelRatio);
    materials = { soil: earth(pen, pixelRatio), white: roughWhite(pen, cellPx) };
    if (ground === null || ground.cellPx !== cellPx || ground.width !== size.width || ground.height !== size.height) {
      const before = ground;
      ground = new Ground(size.width, size.height, cellPx);
      if (before !== null) ground.take(before, mineOf(me));
    }
  }

  function mineOf(id: number): number {
    return motion.get(id)?.colour ?? 0;
  }

  function draw(nowMs: number): void {
    requestAnimationFrame(draw);
    if (ground === null || scenery === null || materials === null) return;
    motion.glide(nowMs);
    const mine = motion.get(me);
    camera.aim(mine?.x ?? size.width / 2, mine?.y ?? size.height / 2, size, Math.min(100, nowMs - lastMs));
    lastMs = nowMs;

    const ratio = screen.pixelRatio;
    // On whole device pixels, or the ground's picture would be resampled and shimmer.
    const originX = Math.round(camera.originX * ratio) / ratio;
    const originY = Math.round(camera.originY * ratio) / ratio;
    const lens = { cell: camera.cell, originX, originY };

    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.translate(originX * ratio, originY * ratio);
    pen.fillStyle = materials.soil;
    pen.fillRect(-originX * ratio, -originY * ratio, canvas.width, canvas.height);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    scenery.drawBelow(pen, lens, materials.white);
    pen.drawImage(ground.picture, originX, originY, size.width * camera.cell, size.height * camera.cell);
    scenery.drawLine(pen, lens, materials.white);

    scenery.drawDusk(
      pen,
      screen,
      dusk.from + (dusk.to - dusk.from) * Math.min(1, Math.max(0, (nowMs - dusk.sinceMs) / 1200)),
    );

    const places = [...motion.values()]
      .sort((a, b) => (a.id === me ? 1 : b.id === me ? -1 : a.y - b.y))
      .map((glide) => ({ glide, place: placeOf(glide.id, glide.x, glide.y, lens, nowMs) }));
    effects.draw(pen, lens, nowMs, 'ground');
    for (const { glide, place } of places) drawStone(pen, glide, place);
    effects.draw(pen, lens, nowMs, 'air');
    scenery.drawAbove(pen, lens, screen, nowMs);
    for (const { glide, place } of places) drawLabel(pen, glide, place);
    for (const { glide, place } of places) {
      const bubble = bubbles.get(glide.id);
      if (bubble !== undefined && bubble.untilMs > nowMs) drawBubble(pen, bubble.text, place);
    }
  }

  function placeOf(
    id: number,
    x: number,
    y: number,
    lens: { cell: number; originX: number; originY: number },
    nowMs: number,
  ): StonePlace {
    const { cell } = lens;
    const mine = id === me;
    return {
      x: lens.originX + (x + 0.5) * cell,
      y: lens.originY + (y + 0.5) * cell,
      cell,
      mine,
      wish: mine && wish !== 'none' ? wish : null,
      nowMs,
      still: calm,
    };
  }

  function celebrateCaptures(changes: readonly Change[], nowMs: number): void {
    const byColour = new Map<number, Change[]>();
    for (const change of changes) {
      if (change.colour === 0) continue;
      const group = byColour.get(change.colour);
      if (group === undefined) byColour.set(change.colour, [change]);
      else group.push(change);
    }
    for (const [colour, group] of byColour) {
      const taker = [...motion.values()].find((glide) => glide.colour === colour);
      effects.captured(group, taker && { x: taker.toX, y: taker.toY }, nowMs, taker?.id === me);
    }
  }

  window.addEventListener('resize', fit);
  requestAnimationFrame(draw);

  return {
    get follows() {
      return camera.follows;
    },
    show(world, tick) {
      const nowMs = performance.now();
      const { width, height } = world.tiles;
      if (scenery === null || width !== size.width || height !== size.height) {
        size = { width, height };
        scenery = new Scenery(size, calm);
        ground = null;
      }
      me = tick.me;
      const gone = motion.take(world.players, nowMs, tick.tickMs);
      if (ground === null) fit();
      const changes = ground?.take(world.tiles, mineOf(me)) ?? [];
      if (!fresh) {
        // A whole yard changing at once is a new round, not a catch.
        if (changes.length < (width * height) / 3) celebrateCaptures(changes, nowMs);
        for (const glide of gone) effects.goodbye(glide.x, glide.y, glide.colour, nowMs);
      }
      fresh = false;
      const evening = world.round.phase === 'over' ? 1 : nightfall(tick.remainingMs);
      if (evening !== dusk.to) dusk = { from: evening < dusk.to ? dusk.to : evening, to: evening, sinceMs: nowMs };
      if (options.minimap !== null && camera.follows && ground !== null) {
        const seen = {
          x: -camera.originX / camera.cell,
          y: -camera.originY / camera.cell,
          width: screen.width / camera.cell,
          height: screen.height / camera.cell,
        };
        drawMinimap(options.minimap, { ground, motion, me }, seen);
      }
    },
    wish(heading) {
      wish = heading;
    },
    say(id, text) {
      const line = shortName(text, BUBBLE_POINTS_MAX);
      if (line !== '') bubbles.set(id, { text: line, untilMs: performance.now() + BUBBLE_MS });
    },
    celebrate(id) {
      const glide = motion.get(id);
      if (glide !== undefined) effects.celebrate(glide.x, glide.y, glide.colour, performance.now());
    },
    resize(next) {
      insets = next;
      fit();
    },
    clear() {
      motion = new Motion();
      effects = new Effects({ calm, chance: Math.random });
      bubbles.clear();
      fresh = true;
      me = 0;
    },
  };
}
