/** Every word the page says, in Korean and English. A key missing from one language does not compile. */

const ENGLISH = {
  pageTitle: 'Land Grab in React · Madang',
  title: 'Land Grab in React',
  lead: 'The same game in the same yards, on a page made with React.',
  yourName: 'Your name',
  play: 'Play',
  leave: 'Leave',
  home: 'Madang, home',
  otherLanguage: '한국어',
  ground: 'Ground',
  map: 'Map of the whole yard',
  round: 'Round',
  pad: 'Steering pad',
  headings: { left: 'Left', right: 'Right', up: 'Up', down: 'Down' },
  status: { joining: 'Connecting', playing: 'Live', returning: 'Returning', closed: 'Lost' },
  returning: 'The line is broken. Your place is held.',
  over: 'Dinner time!',
  lostTitle: 'The line is cut',
  replacedTitle: 'You play in another tab',
  replacedText: 'Your place has gone there with you. This tab has stopped.',
  rejoin: 'Join again',
  you: 'you',
  bot: 'bot',
  roundNumber: (number: number) => `Round ${number}`,
  winCount: (wins: number) => (wins === 1 ? '1 win' : `${wins} wins`),
  share: (share: number) => `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)}%`,
};

export type Words = typeof ENGLISH;

const KOREAN: Words = {
  ...ENGLISH,
  pageTitle: 'React로 만든 땅따먹기 · 마당',
  title: 'React로 만든 땅따먹기',
  lead: '같은 놀이, 같은 마당. 이 화면은 React로 만들었어요.',
  yourName: '이름',
  play: '놀자!',
  leave: '나가기',
  home: '마당 첫 화면',
  otherLanguage: 'English',
  ground: '땅 차지',
  map: '마당 전체 지도',
  round: '판',
  pad: '방향판',
  headings: { left: '왼쪽', right: '오른쪽', up: '위', down: '아래' },
  status: { joining: '연결 중', playing: '연결됨', returning: '돌아오는 중', closed: '끊김' },
  returning: '연결이 끊겼어요. 내 자리는 그대로 있어요.',
  over: '밥 먹을 시간!',
  lostTitle: '연결이 끊겼어요',
  replacedTitle: '다른 탭에서 놀고 있어요',
  replacedText: '내 자리는 그 탭으로 옮겨 갔어요. 이 탭은 멈췄습니다.',
  rejoin: '다시 들어가기',
  you: '나',
  bot: '봇',
  roundNumber: (number) => `${number}판`,
  winCount: (wins) => `${wins}승`,
};

export type Language = 'ko' | 'en';

export const WORDS: Readonly<Record<Language, Words>> = { ko: KOREAN, en: ENGLISH };

/** Where the game's own page remembers it too. */
const KEY = 'madang.language';

export function firstLanguage(): Language {
  const remembered = recalled();
  if (remembered === 'ko' || remembered === 'en') return remembered;
  return navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Private windows refuse: the choice then lasts as long as the page.
  }
}

function recalled(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
