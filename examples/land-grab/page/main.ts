/**
 * The page of the game: joins yard, controls, boards and session. Everything that several of them need to know at once
 * (which room, which words, playing or not) is decided here and nowhere else.
 */
import { steerByKeys } from './controls/keys.ts';
import { steerByPad } from './controls/pad.ts';
import { Steering } from './controls/steering.ts';
import { steerBySwipe } from './controls/swipe.ts';
import { byId } from './dom.ts';
import { clockText, createClock } from './hud/clock.ts';
import { createMenu, trimName } from './hud/menu.ts';
import { createLostPanel, createNotice, showReturning } from './hud/notice.ts';
import { createRoundOver } from './hud/round-over.ts';
import { createSayMenu } from './hud/say.ts';
import { createScores } from './hud/scores.ts';
import { copyText, inviteLink } from './invite.ts';
import { writeTitle } from './lettering.ts';
import { recall, remember, stayAs, stayedAs } from './memory.ts';
import { Session, type SessionState, type YardRoom } from './session.ts';
import { Speaker } from './sound.ts';
import { applyWords, firstLanguage, rememberLanguage, WORDS, type Words } from './words.ts';
import { ATTRACT_TICK_MS, createAttract } from './yard/attract.ts';
import { createYardView } from './yard/view.ts';

const root = document.documentElement;
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const wishes = new URLSearchParams(location.search);

const canvas = byId('yard', HTMLCanvasElement);
const title = byId('title', HTMLElement);
const soundButton = byId('sound', HTMLButtonElement);
const view = createYardView(canvas, { calm, minimap: byId('minimap', HTMLCanvasElement) });
const clock = createClock();
const scores = createScores();
const roundOver = createRoundOver();
const notify = createNotice();
const speaker = new Speaker();

let language = firstLanguage();
let now: SessionState | { readonly state: 'menu' } = { state: 'menu' };
let session: Session | null = null;
let phase: 'play' | 'over' | null = null;
/** Whether a real yard is on screen; it stays there, still, while a lost connection is looked for. */
let hasYard = false;
let lastTick = { tick: 0, atMs: 0 };

const isPlaying = (): boolean => now.state === 'playing';
const steering = new Steering((heading) => {
  view.wish(heading);
  session?.steer(heading);
});
const sayMenu = createSayMenu((text) => session?.say(text), isPlaying);
const menu = createMenu(play);
const lostPanel = createLostPanel({ tryNow: () => session?.hurry(), back: toMenu });

// --- states ----------------------------------------------------------------------------------------------------------

function play(name: string): void {
  session?.leave();
  menu.close();
  stayAs(name);
  speaker.play('press');
  session = new Session(
    { name, roomId: wishes.get('room') },
    {
      changed,
      returning,
      tick,
      captured: (by, cells) => {
        if (now.state === 'playing' && by === now.room.me?.id) speaker.play('catch', cells);
      },
      roundOver: ({ winner }) => {
        speaker.play('over');
        view.celebrate(winner);
      },
      message: (from, text) => view.say(from, text),
      roomForgotten: () => {
        forgetRoom();
        notify(WORDS[language].roomForgotten);
      },
    },
  );
  session.start();
}

function nickname(): string {
  const { first, second } = WORDS[language].nicknames;
  const one = (of: readonly string[]): string => of[Math.floor(Math.random() * of.length)] ?? '';
  return `${one(first)} ${one(second)}`;
}

function toMenu(): void {
  session?.leave();
  session = null;
  stayAs(null);
  // A swipe outlives the finger; it must not outlive the yard, or the same swipe would change nothing in the next.
  steering.releaseAll();
  changed({ state: 'menu' });
}

function changed(state: SessionState | { readonly state: 'menu' }): void {
  now = state;
  root.dataset.state = state.state;
  const words = WORDS[language];
  clock.connection(state.state, words);
  showReturning(false);
  if (state.state !== 'playing') {
    roundOver.hide();
    sayMenu.close();
    phase = null;
    delete root.dataset.phase;
    document.title = words.pageTitle(state.state, '');
  }
  // While one attempt follows another the panel stays, or it would flicker.
  if (state.state === 'menu' || state.state === 'playing') lostPanel.hide();
  switch (state.state) {
    case 'menu':
      view.clear();
      yardShown(false);
      menu.open(wishes.has('room'), nickname());
      break;
    case 'playing':
      // The real yard appears with its first state, in place of whatever was there.
      view.clear();
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
  layOut();
}

/** The yard stays as it was seen last, and goes on by itself. */
function returning(isReturning: boolean): void {
  showReturning(isReturning);
  clock.connection(isReturning ? 'returning' : 'playing', WORDS[language]);
}

function tick(room: YardRoom): void {
  if (now.state !== 'playing' || now.room !== room) return;
  const world = room.state;
  const me = room.me;
  const id = me?.id ?? 0;
  lastTick = { tick: room.tick, atMs: performance.now() };
  const remainingMs = remainingOf(room);
  const words = WORDS[language];
  if (!hasYard) yardShown(true);
  view.show(world, { me: id, tickMs: room.tickMs, remainingMs });
  scores.show(world, id, words);
  showTime(room, words);
  if (phase === 'over' && world.round.phase === 'play') {
    speaker.play('start');
    notify(words.roundStarts);
  }
  phase = world.round.phase;
  if (root.dataset.phase !== world.round.phase) root.dataset.phase = world.round.phase;
  publish({ meX: me?.x, meY: me?.y, score: me?.score, players: world.players.size });
}

/** States come only when something changed; time passes in a still yard too. */
function remainingOf(room: YardRoom): number {
  const sinceMs = performance.now() - lastTick.atMs;
  return Math.max(0, (room.state.round.endsAtTick - lastTick.tick) * room.tickMs - sinceMs);
}

function showTime(room: YardRoom, words: Words): void {
  const world = room.state;
  const remainingMs = remainingOf(room);
  clock.show(world, remainingMs, words);
  if (world.round.phase === 'over') roundOver.show(world, room.me?.id ?? 0, remainingMs, words);
  else roundOver.hide();
  const heading = words.pageTitle('playing', clockText(remainingMs));
  if (document.title !== heading) document.title = heading;
}

setInterval(() => {
  if (now.state === 'playing' && hasYard) showTime(now.room, WORDS[language]);
}, 200);

function yardShown(shown: boolean): void {
  hasYard = shown;
  root.dataset.yard = String(shown);
  layOut();
}

let lastScore = 0;
/** For tests and tools that cannot see a canvas. */
function publish(facts: {
  meX: number | undefined;
  meY: number | undefined;
  score: number | undefined;
  players: number;
}): void {
  for (const [key, value] of Object.entries(facts)) {
    const text = value === undefined ? '' : String(value);
    if (canvas.dataset[key] !== text) canvas.dataset[key] = text;
  }
  const score = facts.score ?? 0;
  if (score === lastScore + 1) speaker.play('step');
  else if (score < lastScore - 5 && score > 0) speaker.play('loss');
  lastScore = score;
}

function forgetRoom(): void {
  wishes.delete('room');
  const rest = wishes.toString();
  history.replaceState(null, '', rest === '' ? location.pathname : `${location.pathname}?${rest}`);
}

// --- words and layout ------------------------------------------------------------------------------------------------

function speak(): void {
  applyWords(document, language);
  const words = WORDS[language];
  writeTitle(title, language, calm);
  sayMenu.words(words);
  sound(speaker.on);
  if (now.state === 'playing') returning(now.room.connection === 'returning');
  else clock.connection(now.state, words);
  document.title = words.pageTitle(now.state, '');
  if (now.state === 'lost') lostPanel.show(now, words);
}

function sound(on: boolean): void {
  speaker.turn(on);
  soundButton.setAttribute('aria-pressed', String(on));
  soundButton.title = on ? WORDS[language].soundOn : WORDS[language].soundOff;
}

/** Tells the view how much of the screen the boards leave it. */
function layOut(): void {
  const small = matchMedia('(max-width: 899px), (max-height: 520px)').matches;
  // Portrait: the small boards get a strip of their own, so that no stone hides behind them.
  const strip = innerHeight > innerWidth ? 172 : 62;
  if (!hasYard) view.resize({ top: 58, right: 0, bottom: 0, left: 0 });
  else
    view.resize(small ? { top: strip, right: 0, bottom: 0, left: 0 } : { top: 72, right: 268, bottom: 12, left: 12 });
  root.dataset.follows = String(view.follows);
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
byId('invite', HTMLButtonElement).addEventListener('click', async () => {
  if (now.state !== 'playing') return;
  const link = inviteLink(now.room.id);
  const words = WORDS[language];
  notify((await copyText(link)) ? words.invitedCopied : `${words.inviteByHand} ${link}`);
  canvas.focus({ preventScroll: true });
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

steerByKeys(steering, isPlaying);
steerBySwipe(canvas, steering);
steerByPad(byId('pad', HTMLElement), steering);

// --- the yard behind the menu ----------------------------------------------------------------------------------------

const attract = createAttract({ width: 40, height: 24 }, [
  '민지',
  'Sam',
  '도토리',
  'Ada',
  '하늘',
  'Leo',
  '바람',
  'Yuna',
]);
setInterval(() => {
  if (hasYard || document.hidden) return;
  if (!calm) attract.step();
  view.show(attract.world, { me: 0, tickMs: ATTRACT_TICK_MS, remainingMs: 60_000 });
}, ATTRACT_TICK_MS);

speak();
changed(now);
const named = trimName(wishes.get('name') ?? stayedAs() ?? '');
if (named !== '') play(named);
