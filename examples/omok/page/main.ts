/**
 * The page of the game: joins board, panels and session. Everything that several of them need to know at once (which
 * room, which words, whose turn) is decided here and nowhere else.
 */
import { type Colour, colourOf, pointOf } from '../board.ts';
import { Aim } from './board/aim.ts';
import { controlBoard } from './board/controls.ts';
import { BoardView } from './board/view.ts';
import { startDemo } from './demo-round.ts';
import { byId } from './dom.ts';
import { createQuestion } from './hud/ask.ts';
import { createBidding, createReveal } from './hud/bidding.ts';
import { createChat } from './hud/chat.ts';
import { createDeeds } from './hud/deeds.ts';
import { createFinding, createWaiting } from './hud/finding.ts';
import { createLostPanel } from './hud/lost.ts';
import { createMenu, trimName } from './hud/menu.ts';
import { createMoves } from './hud/moves.ts';
import { createNotice } from './hud/notice.ts';
import { createResult } from './hud/result.ts';
import { createSideCard } from './hud/sides.ts';
import { createTop } from './hud/top.ts';
import { copyText, inviteLink } from './invite.ts';
import { writeTitle } from './lettering.ts';
import { liveWays } from './live-ways.ts';
import { recall, recallBoard, remember, rememberBoard } from './memory.ts';
import { pointName } from './notation.ts';
import { clockMs, isFree, nextColour, type Position, positionOf } from './position.ts';
import { type Errand, Session, type SessionState } from './session.ts';
import { Speaker } from './sound.ts';
import type { OmokRoom, Said, Wish } from './ways.ts';
import { applyWords, firstLanguage, type PageState, rememberLanguage, WORDS, type Words } from './words.ts';

/** Below this one's own clock is heard. */
const HEARD_BELOW_MS = 10_000;

/** A row that won is looked at before anything is laid over it. */
const ROW_SHOWN_MS = 1_800;

const root = document.documentElement;
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const wishes = new URLSearchParams(location.search);

const canvas = byId('board', HTMLCanvasElement);
const keys = byId('play', HTMLElement);
const title = byId('title', HTMLElement);
const said = byId('said', HTMLElement);
const view = new BoardView(canvas, calm);
const aim = new Aim();
const speaker = new Speaker();
const top = createTop({ language: changeLanguage, sound: () => turnSound(!speaker.on), leave: askToLeave });
const near = createSideCard('near');
const far = createSideCard('far');
const moves = createMoves();
const chat = createChat(say);
const question = createQuestion();
const notify = createNotice();
const bidding = createBidding((seconds) => session?.room?.send('bid', { seconds }));
const reveal = createReveal();
const result = createResult({
  rematch: () => session?.room?.send('rematch', {}),
  another: () => play(wish, { way: 'find' }),
  putAway: () => keys.focus({ preventScroll: true }),
});
const finding = createFinding(toMenu);
const waiting = createWaiting({ copy: () => void copyInvitation(), cancel: toMenu });
const menu = createMenu(play);
const lostPanel = createLostPanel({ tryNow: () => session?.hurry(), watch, back: toMenu });
const deeds = createDeeds({
  place,
  step(dx, dy) {
    aim.step(dx, dy);
    showBoard();
  },
  send: (command) => session?.room?.send(command, {}),
  answerDraw: (accept) => session?.room?.send('answerDraw', { accept }),
  resign: () => question.ask(WORDS[language].resignSure, () => session?.room?.send('resign', {})),
});

let language = firstLanguage();
let now: SessionState | { readonly state: 'menu' } = { state: 'menu' };
let session: Session | null = null;
let wish: Wish = { name: '', pace: 'standard' };
let errand: Errand = { way: 'find' };
/** The room that is on screen, also while it is looked for again, and what is seen of it. */
let shown: { readonly room: OmokRoom; readonly position: Position; readonly atMs: number } | null = null;
let startedAtMs = 0;
let isRowAdmired = false;

// --- states ----------------------------------------------------------------------------------------------------------

function play(as: Wish, on: Errand): void {
  session?.leave();
  speaker.play('press');
  wish = as;
  errand = on;
  shown = null;
  startedAtMs = performance.now();
  chat.clear();
  session = new Session(liveWays, as, on, { changed, seen, said: heard });
  session.start();
}

function toMenu(): void {
  session?.leave();
  session = null;
  shown = null;
  rememberBoard(null);
  forgetRoom();
  changed({ state: 'menu' });
}

/** Both seats are taken: beside the board there is room. */
function watch(): void {
  if (errand.way === 'enter') play(wish, { way: 'watch', code: errand.code });
}

function changed(state: SessionState | { readonly state: 'menu' }): void {
  now = state;
  if (state.state === 'stopped' && state.remedy === 'rename') {
    toMenu();
    notify(state.trouble.message);
    return;
  }
  if (state.state === 'menu') menu.open(wishes.get('room'), nickname());
  if (state.state === 'finding' || state.state === 'entering') shown = null;
  if (state.state === 'stopped' && state.remedy !== 'otherTab') shown = null;
  if (state.state === 'seated') rememberBoard(state.room.seat === 0 ? null : state.room.id);
  else question.close();
  if (state.state === 'stopped') rememberBoard(null);
  showAll();
}

function seen(room: OmokRoom): void {
  const before = shown?.room === room ? shown.position : null;
  const position = positionOf(room.state, room.seat);
  shown = { room, position, atMs: performance.now() };
  if (before === null || before.moves.length !== position.moves.length || !position.isMyTurn) aim.clear();
  tellNews(before, position);
  showAll();
}

/** What one hears, and what a screen reader says, of a change. */
function tellNews(before: Position | null, position: Position): void {
  const words = WORDS[language];
  if (position.phase !== before?.phase) {
    if (position.phase === 'bidding') speaker.play('begin');
    if (position.phase === 'over') {
      speaker.play(position.outcome === 'won' ? 'won' : 'over');
      if (position.ending === 'five' && before !== null) admireRow();
    }
    // Keys play at once, without looking for the board first.
    if (position.phase === 'playing' && before !== null && position.near?.isMe === true && !isTouch()) {
      keys.focus({ preventScroll: true });
    }
  }
  if (before === null) return;
  const last = position.moves.at(-1);
  if (position.moves.length > before.moves.length && last !== undefined) {
    speaker.play('stone');
    const turn = position.isMyTurn ? ` ${words.yourTurn}` : '';
    said.textContent = `${words.moveSaid(colourOf(position.moves.length), pointName(last))}${turn}`;
  }
  if (position.far?.offersDraw === true && before.far?.offersDraw !== true) speaker.play('knock');
}

function admireRow(): void {
  isRowAdmired = true;
  setTimeout(() => {
    isRowAdmired = false;
    showAll();
  }, ROW_SHOWN_MS);
}

function heard({ name, text, isMine }: Said): void {
  chat.add(name === '' ? WORDS[language].room : name, text, isMine);
  if (!isMine) speaker.play('press');
}

function say(text: string): void {
  session?.room?.say(text).catch((error: unknown) => notify(error instanceof Error ? error.message : String(error)));
}

function place(): void {
  const { spot } = aim;
  const position = shown?.position;
  if (spot === null || position?.isMyTurn !== true || !isFree(position, spot.x, spot.y)) return;
  session?.room?.send('place', spot);
  aim.clear();
  showBoard();
}

function askToLeave(): void {
  const position = shown?.position;
  const isAtStake = position?.near?.isMe === true && (position.phase === 'playing' || position.phase === 'bidding');
  if (isAtStake && now.state === 'seated') question.ask(WORDS[language].leaveSure, toMenu);
  else toMenu();
}

function isTouch(): boolean {
  return root.dataset.touch === 'true';
}

function nickname(): string {
  const { first, second } = WORDS[language].nicknames;
  const one = (of: readonly string[]): string => of[Math.floor(Math.random() * of.length)] ?? '';
  return `${one(first)} ${one(second)}`;
}

function forgetRoom(): void {
  wishes.delete('room');
  wishes.delete('watch');
  const rest = wishes.toString();
  history.replaceState(null, '', rest === '' ? location.pathname : `${location.pathname}?${rest}`);
}

async function copyInvitation(): Promise<void> {
  if (shown === null) return;
  const link = inviteLink(shown.room.code);
  const words = WORDS[language];
  notify((await copyText(link)) ? words.linkCopied : `${words.copyByHand} ${link}`);
}

// --- what is shown ---------------------------------------------------------------------------------------------------

/** Which part of the page is up. A room that nobody else has come to yet is still a wait. */
function stageOf(): 'menu' | 'finding' | 'entering' | 'waiting' | 'table' | 'lost' {
  if (shown !== null) {
    if (shown.position.phase !== 'waiting') return 'table';
    return errand.way === 'find' ? 'finding' : 'waiting';
  }
  switch (now.state) {
    case 'menu':
    case 'finding':
    case 'entering':
      return now.state;
    case 'returning':
    case 'stopped':
      return 'lost';
    case 'seated':
      return 'entering';
    default:
      return now satisfies never;
  }
}

function pageStateOf(stage: ReturnType<typeof stageOf>): PageState {
  if (now.state === 'returning' || now.state === 'stopped') return 'lost';
  if (stage !== 'table' || shown === null) return stage === 'menu' || stage === 'waiting' ? stage : 'finding';
  const { phase, near: mine, isMyTurn } = shown.position;
  if (phase === 'over') return 'over';
  if (mine?.isMe !== true) return 'watching';
  if (phase === 'bidding') return mine.hasBid ? 'theirs' : 'bidding';
  return isMyTurn ? 'mine' : 'theirs';
}

function showAll(): void {
  const words = WORDS[language];
  const stage = stageOf();
  root.dataset.state = stage;
  root.dataset.lost = String(now.state === 'returning' || now.state === 'stopped');
  const heading = words.pageTitle(pageStateOf(stage));
  if (document.title !== heading) document.title = heading;
  top.show(now.state, shown?.room ?? null, shown?.position ?? null, words);
  if (now.state === 'returning' || now.state === 'stopped') lostPanel.show(now, words);
  else lostPanel.hide();
  if (stage === 'finding' || stage === 'entering') {
    finding.show(stage, now.state === 'finding' ? now.progress : null, words);
  }
  if (stage === 'waiting' && shown !== null) waiting.show(shown.room.code, shown.position, words);
  if (stage === 'table' && shown !== null) showTable(shown.position, words);
  else {
    bidding.hide();
    reveal.hide();
    result.hide();
    chat.close();
  }
  showTime();
  layOut();
  showBoard();
}

function showTable(position: Position, words: Words): void {
  near.show(position.near, position, words);
  far.show(position.far, position, words);
  moves.show(position.moves, words);
  deeds.show(position, words);
  root.dataset.phase = position.phase;
  root.dataset.seated = String(position.near?.isMe === true);
  if (position.phase === 'bidding') bidding.show(position, words);
  else bidding.hide();
  if (position.phase === 'over' && !isRowAdmired) result.show(position, words);
  else result.hide();
}

/** The server's tick now: states come only when something changed, and clocks run in between. */
function tickNow({ room, atMs }: { room: OmokRoom; atMs: number }): number {
  return room.tick + (performance.now() - atMs) / room.tickMs;
}

let heardSeconds = Number.POSITIVE_INFINITY;

function showTime(): void {
  const words = WORDS[language];
  finding.showElapsed(performance.now() - startedAtMs, words);
  if (shown === null) return;
  const { position, room } = shown;
  const { tickMs } = room;
  const tick = now.state === 'seated' || now.state === 'returning' ? tickNow(shown) : room.tick;
  near.showClock(position.near, position, { tick, tickMs });
  far.showClock(position.far, position, { tick, tickMs });
  bidding.showTime((position.endsAtTick - tick) * tickMs, words);
  const isRevealed = position.phase === 'playing' && position.moves.length === 0 && tick < position.turnSinceTick;
  if (isRevealed) reveal.show(position, words);
  else reveal.hide();
  if (!position.isMyTurn || position.near === null) return;
  const leftMs = clockMs(position.near, position, tick, tickMs);
  const seconds = Math.ceil(leftMs / 1000);
  if (leftMs < HEARD_BELOW_MS && seconds < heardSeconds) speaker.play('hurry');
  heardSeconds = seconds;
}

function showBoard(): void {
  const position = stageOf() === 'table' ? shown?.position : undefined;
  if (position === undefined) {
    demo.show();
    return;
  }
  const mayPlace = position.isMyTurn && now.state === 'seated';
  view.show({
    moves: position.moves,
    winningPoints: position.winningPoints,
    aim: mayPlace || aim.isKept ? aim.spot : null,
    isAimKept: aim.isKept,
    isTouched: controls.isTouched,
    next: mayPlace ? nextColour(position) : null,
  });
  const free = aim.spot !== null && isFree(position, aim.spot.x, aim.spot.y);
  deeds.aimed(mayPlace, aim.spot === null ? null : pointName(pointOf(aim.spot.x, aim.spot.y)), free, WORDS[language]);
  // For tests and tools that cannot see a canvas.
  Object.assign(canvas.dataset, {
    phase: position.phase,
    moves: String(position.moves.length),
    turn: String(mayPlace),
  });
  root.classList.toggle('my-turn', mayPlace);
}

function stoneAt({ moves: played }: Position, point: number): Colour | null {
  const index = played.indexOf(point);
  return index < 0 ? null : colourOf(index + 1);
}

const controls = controlBoard({ canvas, keys }, view, aim, {
  mayPlace: () => now.state === 'seated' && shown?.position.isMyTurn === true,
  aimed(by) {
    showBoard();
    if (by !== 'keys' || aim.spot === null || shown === null) return;
    const point = pointOf(aim.spot.x, aim.spot.y);
    said.textContent = WORDS[language].pointSaid(pointName(point), stoneAt(shown.position, point));
  },
  place,
});
const demo = startDemo(view, { calm, isOn: () => stageOf() !== 'table' && !document.hidden });
setInterval(showTime, 100);

// --- words and layout ------------------------------------------------------------------------------------------------

function speak(): void {
  applyWords(document, language);
  const words = WORDS[language];
  writeTitle(title, language, calm);
  menu.words(words);
  chat.words(words);
  turnSound(speaker.on);
  showAll();
}

function changeLanguage(): void {
  language = language === 'ko' ? 'en' : 'ko';
  rememberLanguage(language);
  speak();
}

function turnSound(on: boolean): void {
  const wasOn = speaker.on;
  speaker.turn(on);
  top.sound(on, WORDS[language]);
  if (wasOn === on) return;
  remember('sound', on ? 'on' : 'off');
  speaker.play('press');
}

function layOut(): void {
  view.resize();
}

new ResizeObserver(() => {
  layOut();
  showBoard();
}).observe(canvas);
window.addEventListener('online', () => session?.hurry());
// Brought back from the browser's memory, a page whose line was cut has to begin anew.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
const touched = (): void => {
  root.dataset.touch = 'true';
};
if (matchMedia('(pointer: coarse)').matches) touched();
window.addEventListener('pointerdown', (event) => {
  if (event.pointerType === 'touch') touched();
  // Sound that was on last time may begin again only with the first touch of this visit.
  if (recall('sound') === 'on' && !speaker.on) turnSound(true);
});

speak();
changed(now);
const board = recallBoard();
const invitation = wishes.get('room');
const watched = wishes.get('watch');
const named = trimName(wishes.get('name') ?? recall('name') ?? '');
if (board !== null) play({ name: named, pace: 'standard' }, { way: 'enter', code: board });
else if (watched !== null) play({ name: named, pace: 'standard' }, { way: 'watch', code: watched });
else if (wishes.has('name') && named !== '') {
  play({ name: named, pace: 'standard' }, invitation === null ? { way: 'find' } : { way: 'enter', code: invitation });
}
