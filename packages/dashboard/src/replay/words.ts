/** Every word the page says, in Korean and English. A key missing from one language does not compile. */

export type Language = 'ko' | 'en';

const ENGLISH = {
  replays: 'Replays',
  pageTitle: 'Replays · Madang',
  home: 'Madang, home',
  otherLanguage: '한국어',
  myEyes: 'My view',
  everyEyes: 'Everyone’s view',
  allEyes: 'All fields',
  close: 'Close this replay',
  ended: 'Rooms that have ended',
  more: 'More',
  fromFile: 'From a file',
  fileText: 'Drop a recording anywhere on this page, or choose one.',
  choose: 'Choose a file',
  dropHere: 'Let go to open it',
  loading: 'Fetching…',
  none: 'No recording yet. Games that say recordings: ‘keep’ are seen here once their rooms have ended.',
  noServer: 'The list cannot be fetched just now. A recording from a file can still be opened.',
  board: 'Board',
  noBoard: 'Nothing of this game has a place on a board. Its tables are beside.',
  near: 'Near',
  names: 'Names',
  transport: 'Playing',
  time: 'Time',
  toStart: 'To the start',
  back: 'One tick back',
  on: 'One tick on',
  play: 'Play',
  pause: 'Pause',
  speed: 'Speed',
  sides: 'What there was',
  people: 'Players',
  nobody: 'Nobody is here at this moment.',
  follow: 'Follow',
  bot: 'bot',
  away: 'away',
  host: 'host',
  fields: 'Fields',
  tables: 'Tables',
  events: 'Events',
  noEvents: 'No events were told.',
  noRows: 'No rows at this moment.',
  letGo: 'Let go of this row',
  notThere: 'not there at this moment',
  steady: 'It does not change around here.',
  gone: 'There is no such recording any more.',
  notYours: 'You had no seat there.',
  busy: 'The server has much to do just now. Try again in a moment.',
  unreadable: 'This file cannot be read as a recording.',
  failed: 'This recording cannot be opened just now.',
  rowOf: (table: string, id: number) => `${table} ${id}`,
  moreRows: (count: number) => `and ${count} more`,
  tickOf: (tick: number) => `tick ${tick.toLocaleString('en')}`,
  following: (name: string) => `Following ${name}`,
  endedBecause: (reason: string) => `It ended: ${reason}`,
  torn: (reason: string) => `It cannot be read further: ${reason}`,
  said: (clock: string, isPlaying: boolean) => `${isPlaying ? 'Playing' : 'Standing'} at ${clock}`,
  boardSaid: (people: number, rows: number) => `Board with ${people} players and ${rows} things on it`,
  chartSaid: (field: string, value: string) => `${field} over time, now ${value}`,
  between: (least: string, most: string) => `${least} – ${most}`,
};

export type Words = typeof ENGLISH;

const KOREAN: Words = {
  replays: '다시보기',
  pageTitle: '다시보기 · 마당',
  home: '마당 첫 화면',
  otherLanguage: 'English',
  myEyes: '내 눈으로',
  everyEyes: '모두의 눈으로',
  allEyes: '모든 값',
  close: '이 다시보기 닫기',
  ended: '끝난 방',
  more: '더 보기',
  fromFile: '파일에서',
  fileText: '기록 파일을 이 화면에 끌어다 놓거나 고르세요.',
  choose: '파일 고르기',
  dropHere: '놓으면 열려요',
  loading: '가져오는 중…',
  none: '아직 기록이 없어요. recordings: ‘keep’인 게임의 방이 끝나면 여기에 나와요.',
  noServer: '지금은 목록을 가져올 수 없어요. 파일은 열 수 있어요.',
  board: '판',
  noBoard: '이 게임에는 판에 그릴 것이 없어요. 표는 옆에 있어요.',
  near: '가까이',
  names: '이름',
  transport: '재생',
  time: '시간',
  toStart: '처음으로',
  back: '한 틱 뒤로',
  on: '한 틱 앞으로',
  play: '재생',
  pause: '멈춤',
  speed: '빠르기',
  sides: '그때 있던 것',
  people: '사람들',
  nobody: '이 순간에는 아무도 없어요.',
  follow: '따라가기',
  bot: '봇',
  away: '자리 비움',
  host: '방장',
  fields: '값',
  tables: '표',
  events: '일어난 일',
  noEvents: '알려진 일이 없어요.',
  noRows: '이 순간에는 비어 있어요.',
  letGo: '이 줄 놓기',
  notThere: '이 순간에는 없음',
  steady: '이 무렵에는 바뀌지 않아요.',
  gone: '그 기록은 이제 없어요.',
  notYours: '그 방에 앉은 적이 없어요.',
  busy: '서버가 지금 바빠요. 잠시 뒤에 다시 해 주세요.',
  unreadable: '기록 파일로 읽을 수 없어요.',
  failed: '지금은 이 기록을 열 수 없어요.',
  rowOf: (table, id) => `${table} ${id}`,
  moreRows: (count) => `그리고 ${count}줄 더`,
  tickOf: (tick) => `${tick.toLocaleString('ko')}틱`,
  following: (name) => `${name} 따라가는 중`,
  endedBecause: (reason) => `끝난 까닭: ${reason}`,
  torn: (reason) => `여기까지만 읽을 수 있어요: ${reason}`,
  said: (clock, isPlaying) => `${clock} ${isPlaying ? '재생 중' : '멈춤'}`,
  boardSaid: (people, rows) => `판 위에 사람 ${people}명, 그 밖에 ${rows}개`,
  chartSaid: (field, value) => `${field} 변화, 지금 ${value}`,
  between: (least, most) => `${least} – ${most}`,
};

export const WORDS: Readonly<Record<Language, Words>> = { ko: KOREAN, en: ENGLISH };

/** Pages of one server remember one language. */
const KEY = 'madang.language';

export function firstLanguage(): Language {
  try {
    const remembered = localStorage.getItem(KEY);
    if (remembered === 'ko' || remembered === 'en') return remembered;
  } catch {
    // Private windows refuse: then the browser's own language counts.
  }
  return navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** Says every word of the markup in this language. */
export function applyWords(root: Document, language: Language): void {
  root.documentElement.lang = language;
  const words = WORDS[language];
  for (const element of root.querySelectorAll<HTMLElement>('[data-word]')) {
    element.textContent = plainWord(words, element.dataset.word);
  }
  for (const element of root.querySelectorAll<HTMLElement>('[data-word-label]')) {
    const label = plainWord(words, element.dataset.wordLabel);
    element.setAttribute('aria-label', label);
    if (element instanceof HTMLButtonElement) element.title = label;
  }
}

function plainWord(words: Words, key = ''): string {
  const word: unknown = Object.hasOwn(words, key) ? Reflect.get(words, key) : undefined;
  return typeof word === 'string' ? word : '';
}

/** Minutes and seconds; with hours where there are any. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (part: number): string => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
