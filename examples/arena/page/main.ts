/**
 * The page of the game: joins picture, controls, boards and session. Everything that several of them need to know at
 * once (which room, which words, playing or not) is decided here and nowhere else.
 */
import { fairWeather } from '@madang/client/weather';
import { leaderOf } from '../rounds.ts';
import { Battle } from './battle.ts';
import { flyByDesk } from './controls/desk.ts';
import { flyByGamepad } from './controls/gamepad.ts';
import { Pilot } from './controls/pilot.ts';
import { flyByThumbs } from './controls/thumbs.ts';
import { byId, setText } from './dom.ts';
import { createHud } from './hud/hud.ts';
import { createMenu, trimName } from './hud/menu.ts';
import { createLostPanel, createNotice, showReturning } from './hud/notice.ts';
import { recall, remember, stayAs, stayedAs } from './memory.ts';
import { createNetOverlay } from './net/overlay.ts';
import { createAttract } from './scene/attract.ts';
import { Minimap } from './scene/minimap.ts';
import type { Look, Scene } from './scene/scene.ts';
import { createArenaView } from './scene/view.ts';
import { Session, type SessionState } from './session.ts';
import { Speaker } from './sound.ts';
import { applyWords, firstLanguage, rememberLanguage, WORDS } from './words.ts';

type PageState = SessionState | { readonly state: 'menu' } | { readonly state: 'watching' };

const root = document.documentElement;
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const wishes = new URLSearchParams(location.search);

const canvas = byId('arena', HTMLCanvasElement);
const soundButton = byId('sound', HTMLButtonElement);
const watchName = byId('watching-name', HTMLElement);
const view = createArenaView(canvas, { calm, minimap: new Minimap(byId('minimap', HTMLCanvasElement)) });
const hud = createHud();
const notify = createNotice();
const speaker = new Speaker();
const weather = fairWeather();
const pilot = new Pilot();

let language = firstLanguage();
let now: PageState = { state: 'menu' };
let session: Session | null = null;
let battle: Battle | null = null;
/** The leader that is watched stays so for a while, or the camera would never rest. */
let watched = { id: 0, untilMs: 0 };
let wasDown = false;

const isPlaying = (): boolean => now.state === 'playing';
const desk = flyByDesk(canvas, pilot, isPlaying);
flyByThumbs(pilot);
const readGamepad = flyByGamepad(pilot);
const menu = createMenu({ play, watch: () => changed({ state: 'watching' }) });
const lostPanel = createLostPanel({ tryNow: () => session?.hurry(), back: toMenu });
const overlay = createNetOverlay(
  { net: () => battle?.room.net ?? null, roomId: () => battle?.room.id ?? null },
  weather,
  layOut,
  [wishes.get('ping'), wishes.get('jitter'), wishes.get('stall')].map(Number),
);

const attract = createAttract(
  ['민지', '도토리', '하늘', 'Ada', '바람', '은하', 'Leo', '샛별', '해치', 'Yuna'],
  view.effects,
  () => battle === null && !document.hidden,
);

// --- states ----------------------------------------------------------------------------------------------------------

function play(name: string): void {
  session?.leave();
  menu.close();
  stayAs(name);
  speaker.play('press');
  session = new Session(
    { name, roomId: wishes.get('room'), weather },
    {
      changed,
      returning,
      roomForgotten: () => {
        forgetRoom();
        notify(WORDS[language].roomForgotten);
      },
    },
  );
  session.start();
}

function toMenu(): void {
  session?.leave();
  session = null;
  stayAs(null);
  changed({ state: 'menu' });
}

function changed(state: PageState): void {
  now = state;
  root.dataset.state = state.state;
  const words = WORDS[language];
  hud.connection(state.state, words);
  showReturning(false);
  document.title = words.pageTitle(state.state, '');
  if (state.state !== 'playing' && battle !== null) {
    battle.close();
    battle = null;
    view.clear();
  }
  pilot.release();
  // While one attempt follows another the panel stays, or it would flicker.
  if (state.state !== 'connecting' && state.state !== 'lost') lostPanel.hide();
  switch (state.state) {
    case 'menu':
      overlay.close();
      menu.open(wishes.has('room'), nickname());
      break;
    case 'watching':
      menu.close();
      canvas.focus({ preventScroll: true });
      break;
    case 'playing':
      view.clear();
      battle = new Battle(state.room, {
        view,
        speaker,
        feed: hud.feed,
        roundStarted: () => notify(WORDS[language].roundStarts),
        wishes: () => overlay,
      });
      wasDown = false;
      hud.begin();
      canvas.focus({ preventScroll: true });
      break;
    case 'lost':
      if (state.next === 'rename') {
        toMenu();
        notify(state.trouble.message);
        return;
      }
      if (state.next === 'ask') stayAs(null);
      lostPanel.show(state, words);
      break;
    case 'connecting':
      break;
    default:
      state satisfies never;
  }
}

/** The arena stays as it was seen last, and goes on by itself. */
function returning(isReturning: boolean): void {
  showReturning(isReturning);
  hud.connection(isReturning ? 'returning' : 'playing', WORDS[language]);
}

function nickname(): string {
  const { first, second } = WORDS[language].nicknames;
  const one = (of: readonly string[]): string => of[Math.floor(Math.random() * of.length)] ?? '';
  return `${one(first)} ${one(second)}`;
}

function forgetRoom(): void {
  wishes.delete('room');
  const rest = wishes.toString();
  history.replaceState(null, '', rest === '' ? location.pathname : `${location.pathname}?${rest}`);
}

// --- pictures --------------------------------------------------------------------------------------------------------

function draw(): void {
  requestAnimationFrame(draw);
  // Not the time of the frame: what happened since it began would be of the future.
  const nowMs = performance.now();
  if (battle === null) {
    const scene = attract.at(nowMs);
    const isBehindMenu = now.state !== 'watching';
    const id = leaderAt(scene, nowMs);
    view.draw(scene, { nowMs, tick: attract.tick, me: 0, watched: id, isBehindMenu, ghost: null });
    if (now.state === 'watching') setText(watchName, view.actors.get(id)?.name ?? '');
    return;
  }
  steer(nowMs);
  const { scene, look } = battle.frame(nowMs);
  view.draw(scene, look);
  showBoards(scene, look);
}

/** Sends what hands ask for. */
function steer(nowMs: number): void {
  if (battle === null) return;
  const own = view.actors.get(battle.me);
  if (own !== undefined) desk.aimFrom(view.toScreen(own.x, own.y));
  readGamepad();
  battle.room.input(pilot.sticks(nowMs));
}

function showBoards(scene: Scene, look: Look): void {
  if (battle === null) return;
  const { room, me, shots } = battle;
  const words = WORDS[language];
  const remainingMs = Math.max(0, (scene.round.endsAtTick - room.tick) * room.tickMs);
  const title = hud.show(scene, { ...look, me, remainingMs, tickMs: room.tickMs }, battle.destroyedBy, words);
  if (title !== '') document.title = words.pageTitle('playing', title);
  const own = view.actors.get(me);
  const isDown = own !== undefined && own.hp === 0;
  if (wasDown && !isDown) speaker.play('back');
  wasDown = isDown;
  publish({ meX: own?.x, meY: own?.y, hp: own?.hp, score: own?.score, shots, ships: [...view.actors].length });
}

function leaderAt(scene: Scene, nowMs: number): number {
  const isHere = [...scene.ships].some(({ id, hp }) => id === watched.id && hp > 0);
  if (isHere && nowMs < watched.untilMs) return watched.id;
  const alive = [...scene.ships].filter(({ hp }) => hp > 0);
  watched = { id: (leaderOf(alive) ?? alive[0])?.id ?? 0, untilMs: nowMs + 9_000 };
  return watched.id;
}

// For the console, and for tests: `arena.room.net`, `arena.room.view.ships`, and where on the page a place is.
Object.assign(globalThis, {
  arena: {
    get room() {
      return battle?.room;
    },
    toScreen: (x: number, y: number) => view.toScreen(x, y),
  },
});

/** For tests and tools that cannot see a canvas. */
function publish(facts: Readonly<Record<string, number | undefined>>): void {
  for (const [key, value] of Object.entries(facts)) {
    const text = value === undefined ? '' : String(Math.round(value));
    if (canvas.dataset[key] !== text) canvas.dataset[key] = text;
  }
}

// --- words, sound and the window -------------------------------------------------------------------------------------

function speak(): void {
  applyWords(document, language);
  const words = WORDS[language];
  overlay.words(words);
  hud.words();
  if (now.state === 'playing') returning(now.room.connection === 'returning');
  else hud.connection(now.state, words);
  sound(speaker.on);
  document.title = words.pageTitle(now.state, '');
  if (now.state === 'lost') lostPanel.show(now, words);
}

/** The ship is in the middle of what the net overlay leaves free. */
function layOut(): void {
  const panel = byId('net', HTMLElement).getBoundingClientRect();
  const isSheet = panel.width > innerWidth / 2;
  // Under a sheet there are thumbs as well.
  view.fit(
    isSheet ? { left: 0, top: panel.bottom, bottom: innerHeight * 0.24 } : { left: panel.right, top: 0, bottom: 0 },
  );
}

function sound(on: boolean): void {
  speaker.turn(on);
  soundButton.setAttribute('aria-pressed', String(on));
  soundButton.title = on ? WORDS[language].soundOn : WORDS[language].soundOff;
}

byId('language', HTMLButtonElement).addEventListener('click', () => {
  language = language === 'ko' ? 'en' : 'ko';
  rememberLanguage(language);
  speak();
});
soundButton.addEventListener('click', () => {
  sound(!speaker.on);
  remember('sound', speaker.on ? 'on' : 'off');
  speaker.play('press');
});
for (const way of ['leave', 'unwatch']) byId(way, HTMLButtonElement).addEventListener('click', toMenu);
byId('watch-play', HTMLButtonElement).addEventListener('click', () => {
  const name = trimName(recall('name') ?? '');
  if (name === '') toMenu();
  else play(name);
});

window.addEventListener('resize', layOut);
window.addEventListener('online', () => session?.hurry());
const touched = (): void => {
  root.dataset.touch = 'true';
};
if (matchMedia('(pointer: coarse)').matches) touched();
window.addEventListener('pointerdown', (event) => {
  if (event.pointerType === 'touch') touched();
  // Sound that was on last time may begin again only with the first touch of this visit.
  if (recall('sound') === 'on' && !speaker.on) sound(true);
});

layOut();
speak();
changed(now);
requestAnimationFrame(draw);
const named = trimName(wishes.get('name') ?? stayedAs() ?? '');
if (named !== '') play(named);
