/** Every word the page says, in Korean and English. A key missing from one language does not compile. */
import { recall, remember } from './memory.ts';

const ENGLISH = {
  title: 'Star Arena',
  tagline: 'Sixteen ships, one moon, three minutes.',
  yourName: 'Your name',
  play: 'Play',
  watch: 'Watch',
  invited: 'A friend is flying in this arena.',
  keysHint: 'WASD to fly · mouse to aim and fire · right button or Space for plasma',
  touchHint: 'Left thumb flies · right thumb aims and fires',
  netHint: 'M shows what the network does',
  home: 'Madang, home',
  otherLanguage: '한국어',
  sound: 'Sound',
  soundOn: 'Sound is on',
  soundOff: 'Sound is off',
  net: 'Network',
  leave: 'Leave',
  close: 'Close',
  arenaLabel: 'The arena. Fly with WASD, aim with the mouse.',
  minimap: 'Map of the whole arena',
  board: 'Destroyed',
  you: 'you',
  hull: 'Hull',
  shield: 'Shield',
  plasma: 'Plasma',
  bolt: 'Plasma',
  rapid: 'Rapid fire',
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Lost',
  returning: 'Returning',
  returningText: 'The line is broken. Your ship is held.',
  replacedTitle: 'You play in another tab',
  replacedText: 'Your ship has gone there with you. This tab has stopped.',
  watchTitle: 'Demonstration',
  watchText:
    'Bots only, played in your browser by the game’s own rules. No server is involved, and nobody else sees it.',
  watchFollows: 'Following',
  destroyedBy: 'Destroyed by',
  destroyedAlone: 'Destroyed',
  backIn: 'Back in',
  lostTitle: 'The line is cut',
  lostRejoin: 'Your ship is being found again.',
  tryNow: 'Try now',
  backToMenu: 'Back',
  reload: 'Reload',
  askTitle: 'This did not work',
  reloadText: 'This page is older than the server. Reloading it will help.',
  roomForgotten: 'That arena is closed. Finding you another.',
  overTitle: 'Round over',
  nobody: 'Nobody was destroyed.',
  youWon: 'You win the round!',
  nextRound: 'Next round in',
  roundStarts: 'A new round. Go!',
  netTitle: 'What the network does',
  roundTrip: 'Round trip',
  jitter: 'Jitter',
  margin: 'Margin',
  inputLead: 'Input lead',
  corrections: 'Corrections',
  predictionError: 'Prediction error',
  interpolation: 'Interpolation',
  bytesIn: 'Received',
  bytesOut: 'Sent',
  serverTick: 'Server tick',
  roundTripTip: 'From an input to the server and back.',
  jitterTip: 'How unevenly states arrive.',
  marginTip: 'How long before its tick the worst of your last inputs arrived. Below 0 it was late.',
  inputLeadTip: 'How far your own ship is played ahead of the newest state.',
  correctionsTip: 'Times in the last minute that the server’s ship was not where yours was predicted.',
  predictionErrorTip: 'How far off the last of them was. 16 steps are one unit; a ship is 32 units wide.',
  interpolationTip: 'How far in the past others are drawn, so that they move smoothly.',
  bytesInTip: 'What this page receives.',
  bytesOutTip: 'What this page sends.',
  serverTickTip: 'What one tick of this room costs the server: usually, and at worst.',
  unitSteps: 'steps',
  unitTicks: 'ticks',
  unitPerMinute: '/min',
  notMeasured: '–',
  weatherTitle: 'Make your own line worse',
  weatherLatency: 'Latency',
  weatherJitter: 'Jitter',
  weatherStall: 'Stall every 4 s',
  weatherFair: 'Fair',
  weatherFar: '200 ms',
  weatherRough: 'Rough',
  compensationTitle: 'See what compensates it',
  showGhost: 'Draw my ship where the server says it is',
  noPrediction: 'Switch prediction off',
  trafficTitle: 'What the room sends, by field',
  trafficNone: 'This server does not tell.',
  nicknames: {
    first: ['Swift', 'Brave', 'Silent', 'Shiny', 'Distant', 'Lucky'],
    second: ['Comet', 'Magpie', 'Lantern', 'Swallow', 'Meteor', 'Crane'],
  },
  /** What follows the winner's name. */
  wonEnding: (_name: string) => ' wins the round!',
  seconds: (count: number) => `${count} s`,
  retryIn: (count: number) => (count <= 0 ? 'Trying now…' : `Next try in ${count} s`),
  rankLine: (rank: number, of: number, score: number) => `You came ${rank} of ${of}, with ${score} destroyed.`,
  playerCount: (people: number) => `${people} ${people === 1 ? 'player' : 'players'}`,
  botCount: (bots: number) => `${bots} ${bots === 1 ? 'bot' : 'bots'}`,
  roundNumber: (number: number) => `Round ${number}`,
  pageTitle: (state: 'menu' | 'watching' | 'connecting' | 'playing' | 'lost', rest: string) =>
    ({
      menu: 'Star Arena · Madang',
      watching: 'Star Arena · Madang',
      connecting: 'Connecting… · Star Arena',
      playing: `${rest} · Star Arena`,
      lost: 'Connection lost · Star Arena',
    })[state],
};

export type Words = typeof ENGLISH;

const KOREAN: Words = {
  title: '별마당',
  tagline: '배 열여섯, 달 하나, 3분.',
  yourName: '이름',
  play: '날자!',
  watch: '구경하기',
  invited: '친구가 이 마당에서 날고 있어요.',
  keysHint: 'WASD로 날고 · 마우스로 겨누고 쏘고 · 오른쪽 단추나 스페이스로 불덩이',
  touchHint: '왼손으로 날고 · 오른손으로 겨누면 쏩니다',
  netHint: 'M을 누르면 네트워크가 보여요',
  home: '마당 첫 화면',
  otherLanguage: 'English',
  sound: '소리',
  soundOn: '소리 켜짐',
  soundOff: '소리 꺼짐',
  net: '네트워크',
  leave: '나가기',
  close: '닫기',
  arenaLabel: '별마당. WASD로 날고 마우스로 겨눕니다.',
  minimap: '마당 전체 지도',
  board: '격추',
  you: '나',
  hull: '선체',
  shield: '방패',
  plasma: '불덩이',
  bolt: '불덩이',
  rapid: '속사',
  connecting: '연결 중',
  live: '연결됨',
  lost: '끊김',
  returning: '돌아오는 중',
  returningText: '연결이 끊겼어요. 내 배는 그대로 있어요.',
  replacedTitle: '다른 탭에서 날고 있어요',
  replacedText: '내 배는 그 탭으로 옮겨 갔어요. 이 탭은 멈췄습니다.',
  watchTitle: '시범 비행',
  watchText: '봇들만 날아다녀요. 게임 규칙 그대로 이 브라우저 안에서 돌고 있고, 서버도 다른 사람도 없습니다.',
  watchFollows: '따라가는 배',
  destroyedBy: '나를 떨어뜨린 배',
  destroyedAlone: '격추됨',
  backIn: '다시 날기까지',
  lostTitle: '연결이 끊겼어요',
  lostRejoin: '내 배를 다시 찾는 중이에요.',
  tryNow: '지금 다시',
  backToMenu: '처음으로',
  reload: '새로고침',
  askTitle: '들어가지 못했어요',
  reloadText: '이 화면이 서버보다 오래됐어요. 새로고침하면 됩니다.',
  roomForgotten: '그 마당은 닫혔어요. 다른 마당을 찾아볼게요.',
  overTitle: '판 끝!',
  nobody: '아무도 떨어지지 않았어요.',
  youWon: '내가 이겼다!',
  nextRound: '다음 판까지',
  roundStarts: '새 판이에요. 출발!',
  netTitle: '네트워크가 하는 일',
  roundTrip: '왕복 시간',
  jitter: '지터',
  margin: '여유',
  inputLead: '입력 앞섬',
  corrections: '바로잡음',
  predictionError: '예측 오차',
  interpolation: '보간 지연',
  bytesIn: '받음',
  bytesOut: '보냄',
  serverTick: '서버 틱',
  roundTripTip: '입력이 서버에 갔다가 돌아오기까지.',
  jitterTip: '상태가 얼마나 들쭉날쭉 오는지.',
  marginTip: '최근 입력 중 가장 늦은 것이 제 틱보다 얼마나 먼저 왔는지. 0보다 작으면 늦은 것.',
  inputLeadTip: '내 배를 가장 새 상태보다 얼마나 앞서 굴리는지.',
  correctionsTip: '지난 1분 동안 서버의 내 배가 예측한 자리에 없었던 횟수.',
  predictionErrorTip: '그중 마지막이 얼마나 어긋났는지. 16걸음이 1칸, 배 너비는 32칸.',
  interpolationTip: '남들을 매끄럽게 그리려고 얼마나 과거를 그리는지.',
  bytesInTip: '이 화면이 받는 양.',
  bytesOutTip: '이 화면이 보내는 양.',
  serverTickTip: '이 방의 한 틱이 서버에서 걸리는 시간: 보통, 그리고 최악.',
  unitSteps: '걸음',
  unitTicks: '틱',
  unitPerMinute: '번/분',
  notMeasured: '–',
  weatherTitle: '내 회선 일부러 나쁘게 하기',
  weatherLatency: '지연',
  weatherJitter: '지터',
  weatherStall: '4초마다 멈춤',
  weatherFair: '맑음',
  weatherFar: '200ms',
  weatherRough: '험함',
  compensationTitle: '무엇이 메워 주는지 보기',
  showGhost: '서버가 말하는 내 자리 그리기',
  noPrediction: '예측 끄기',
  trafficTitle: '방이 보내는 것, 필드별로',
  trafficNone: '이 서버는 알려 주지 않아요.',
  nicknames: {
    first: ['날쌘', '용감한', '고요한', '반짝', '머나먼', '운 좋은'],
    second: ['혜성', '까치', '등불', '제비', '별똥별', '두루미'],
  },
  wonEnding: (name) => `${subjectMark(name)} 이겼어요!`,
  seconds: (count) => `${count}초`,
  retryIn: (count) => (count <= 0 ? '지금 연결하는 중…' : `${count}초 뒤에 다시 연결`),
  rankLine: (rank, of, score) => `${of}명 중 ${rank}등, 격추 ${score}.`,
  playerCount: (people) => `${people}명`,
  botCount: (bots) => `봇 ${bots}`,
  roundNumber: (number) => `${number}판`,
  pageTitle: (state, rest) =>
    ({
      menu: '별마당 · 마당',
      watching: '별마당 · 마당',
      connecting: '연결 중… · 별마당',
      playing: `${rest} · 별마당`,
      lost: '연결 끊김 · 별마당',
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
