/** Every word the page says, in Korean and English. A key missing from one language does not compile. */
import { recall, remember } from './memory.ts';

const ENGLISH = {
  title: 'Land Grab',
  tagline: 'The Korean yard game of claiming ground.',
  how1: 'Hold a direction. Every cell you enter turns your colour.',
  how2: 'Walk a loop, and all the ground inside it is yours.',
  how3: 'Two minutes. The largest ground wins.',
  keysHint: 'Arrow keys or WASD',
  touchHint: 'Swipe on the yard, or use the pad',
  yourName: 'Your name',
  play: 'Play',
  invited: 'A friend is waiting in this yard.',
  board: 'Ground',
  you: 'you',
  bot: 'bot',
  sound: 'Sound',
  soundOn: 'Sound is on',
  soundOff: 'Sound is off',
  invite: 'Invite',
  invitedCopied: 'Link copied. Whoever opens it joins this yard.',
  inviteByHand: 'Copy this link:',
  otherLanguage: '한국어',
  say: 'Say something',
  close: 'Close',
  home: 'Madang, home',
  yardLabel: 'The yard. Steer with the arrow keys.',
  padLabel: 'Steering pad',
  left: 'Left',
  right: 'Right',
  up: 'Up',
  down: 'Down',
  minimap: 'Map of the whole yard',
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Lost',
  returning: 'Returning',
  returningText: 'The line is broken. Your place is held.',
  replacedTitle: 'You play in another tab',
  replacedText: 'Your place has gone there with you. This tab has stopped.',
  lostTitle: 'The line is cut',
  lostRejoin: 'Your place is being found again.',
  tryNow: 'Try now',
  backToMenu: 'Back',
  reload: 'Reload',
  askTitle: 'This did not work',
  reloadText: 'This page is older than the server. Reloading it will help.',
  overTitle: 'Dinner time!',
  nobody: 'Nobody claimed any ground.',
  youWon: 'You win the round!',
  nextRound: 'A fresh yard in',
  roomForgotten: 'That yard is closed. Finding you another.',
  roundStarts: 'A fresh yard. Go!',
  said: ['Hello!', 'Nice one!', 'Oh no…', 'Mine!', 'Truce?', 'Haha'],
  nicknames: {
    first: ['Swift', 'Brave', 'Sleepy', 'Shiny', 'Barefoot', 'Lucky'],
    second: ['Sparrow', 'Mole', 'Squirrel', 'Toad', 'Magpie', 'Badger'],
  },
  /** What follows the winner's name. */
  wonEnding: (_name: string) => ' wins the round!',
  secondsLeft: (seconds: number) => `${seconds} s`,
  retryIn: (seconds: number) => (seconds <= 0 ? 'Trying now…' : `Next try in ${seconds} s`),
  rankLine: (rank: number, of: number, cells: number) =>
    `You came ${rank} of ${of}, with ${cells} ${cells === 1 ? 'cell' : 'cells'}.`,
  playerCount: (people: number) => `${people} ${people === 1 ? 'player' : 'players'}`,
  winCount: (wins: number) => (wins === 1 ? '1 win' : `${wins} wins`),
  botCount: (bots: number) => `${bots} ${bots === 1 ? 'bot' : 'bots'}`,
  roundNumber: (number: number) => `Round ${number}`,
  pageTitle: (state: 'menu' | 'connecting' | 'playing' | 'lost', rest: string) =>
    ({
      menu: 'Land Grab · Madang',
      connecting: 'Connecting… · Land Grab',
      playing: `${rest} · Land Grab`,
      lost: 'Connection lost · Land Grab',
    })[state],
};

export type Words = typeof ENGLISH;

const KOREAN: Words = {
  title: '땅따먹기',
  tagline: '마당에 금 긋고 놀던 바로 그 놀이.',
  how1: '방향을 누르고 있으면 걸어요. 밟은 칸은 내 땅이 됩니다.',
  how2: '한 바퀴 둘러싸면 그 안이 통째로 내 땅.',
  how3: '2분 뒤, 땅이 가장 넓은 사람이 이깁니다.',
  keysHint: '방향키 또는 WASD',
  touchHint: '마당을 쓸어 넘기거나 방향판을 누르세요',
  yourName: '이름',
  play: '놀자!',
  invited: '친구가 이 마당에서 기다리고 있어요.',
  board: '땅 차지',
  you: '나',
  bot: '봇',
  sound: '소리',
  soundOn: '소리 켜짐',
  soundOff: '소리 꺼짐',
  invite: '초대',
  invitedCopied: '링크를 복사했어요. 열면 이 마당으로 들어옵니다.',
  inviteByHand: '이 링크를 복사하세요:',
  otherLanguage: 'English',
  say: '한마디',
  close: '닫기',
  home: '마당 첫 화면',
  yardLabel: '마당. 방향키로 움직입니다.',
  padLabel: '방향판',
  left: '왼쪽',
  right: '오른쪽',
  up: '위',
  down: '아래',
  minimap: '마당 전체 지도',
  connecting: '연결 중',
  live: '연결됨',
  lost: '끊김',
  returning: '돌아오는 중',
  returningText: '연결이 끊겼어요. 내 자리는 그대로 있어요.',
  replacedTitle: '다른 탭에서 놀고 있어요',
  replacedText: '내 자리는 그 탭으로 옮겨 갔어요. 이 탭은 멈췄습니다.',
  lostTitle: '연결이 끊겼어요',
  lostRejoin: '자리를 다시 찾는 중이에요.',
  tryNow: '지금 다시',
  backToMenu: '처음으로',
  reload: '새로고침',
  askTitle: '들어가지 못했어요',
  reloadText: '이 화면이 서버보다 오래됐어요. 새로고침하면 됩니다.',
  overTitle: '밥 먹을 시간!',
  nobody: '아무도 땅을 차지하지 못했어요.',
  youWon: '내가 이겼다!',
  nextRound: '새 마당까지',
  roomForgotten: '그 마당은 닫혔어요. 다른 마당을 찾아볼게요.',
  roundStarts: '새 마당이에요. 시작!',
  said: ['안녕!', '잘한다!', '아이고…', '내 땅!', '휴전?', 'ㅋㅋㅋ'],
  nicknames: {
    first: ['날쌘', '용감한', '졸린', '반짝', '맨발', '운 좋은'],
    second: ['참새', '두더지', '다람쥐', '두꺼비', '까치', '너구리'],
  },
  wonEnding: (name) => `${subjectMark(name)} 이겼어요!`,
  secondsLeft: (seconds) => `${seconds}초`,
  retryIn: (seconds) => (seconds <= 0 ? '지금 연결하는 중…' : `${seconds}초 뒤에 다시 연결`),
  rankLine: (rank, of, cells) => `${of}명 중 ${rank}등, 내 땅 ${cells}칸.`,
  playerCount: (people) => `${people}명`,
  winCount: (wins) => `${wins}승`,
  botCount: (bots) => `봇 ${bots}`,
  roundNumber: (number) => `${number}판`,
  pageTitle: (state, rest) =>
    ({
      menu: '땅따먹기 · 마당',
      connecting: '연결 중… · 땅따먹기',
      playing: `${rest} · 땅따먹기`,
      lost: '연결 끊김 · 땅따먹기',
    })[state],
};

export type Language = 'ko' | 'en';

export const WORDS: Record<Language, Words> = { ko: KOREAN, en: ENGLISH };

export function firstLanguage(): Language {
  const remembered = recall('language');
  if (remembered === 'ko' || remembered === 'en') return remembered;
  return navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export function rememberLanguage(language: Language): void {
  remember('language', language);
}

/**
 * Puts words where the markup asks for them: `data-word` for the text, `data-word-label` for the accessible name.
 * A key that is not a plain word is a mistake in the markup and throws.
 */
export function applyWords(root: Document, language: Language): void {
  root.documentElement.lang = language;
  const words = WORDS[language];
  for (const element of root.querySelectorAll<HTMLElement>('[data-word]'))
    element.textContent = plainWord(words, element.dataset.word);
  for (const element of root.querySelectorAll<HTMLElement>('[data-word-label]')) {
    const label = plainWord(words, element.dataset.wordLabel);
    element.setAttribute('aria-label', label);
    if (element instanceof HTMLButtonElement) element.title = label;
  }
}

function plainWord(words: Words, key: string | undefined): string {
  const word: unknown = Object.entries(words).find(([name]) => name === key)?.[1];
  if (typeof word !== 'string') throw new Error(`the markup asks for the unknown word ${key ?? ''}`);
  return word;
}

/** 가 after a vowel, 이 after a consonant; a name in another script gets the form that is right either way. */
function subjectMark(name: string): string {
  const last = name.codePointAt(name.length - 1) ?? 0;
  if (last < 0xac00 || last > 0xd7a3) return '이(가)';
  return (last - 0xac00) % 28 === 0 ? '가' : '이';
}
