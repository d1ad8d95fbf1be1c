/** Every word of the landing page, in Korean and English. A key missing from one language does not compile. */

const ENGLISH = {
  pageTitle: 'Madang · a game server for people who play together',
  otherLanguage: '한국어',
  skip: 'Skip to the games',
  meaning: 'Madang (마당): the yard where people gather to play.',
  headline: 'One yard, everyone in it.',
  lead: 'Madang is an open-source server for games people play together in real time. The rules run once, on the server, and everybody sees the same yard.',
  playNow: 'Play Land Grab',
  howToConnect: 'Connect your own',
  gamesTitle: 'At play right now',
  recordTitle: 'Largest ground ever',
  noRecord: 'Nobody yet. The next round could be yours.',
  unreachable: 'The server does not answer at the moment.',
  nobodyYet: 'The yard is open.',
  noYards: 'No yard is open. Playing opens one.',
  play: 'Play',
  enter: 'Join',
  inReact: 'The same in React',
  tickTitle: 'What happens to a key press',
  tick1Title: 'You ask',
  tick1: 'Clients send what a player wants: right, up, stop. Never a position, never a score.',
  tick2Title: 'The tick decides',
  tick2: 'At each tick the server applies everyone’s wishes in order and computes the next state. Nobody else may.',
  tick3Title: 'Everyone sees',
  tick3: 'What changed goes out to every player, whichever way they came in.',
  waysTitle: 'Three ways to connect',
  waysLead:
    'All three lead into the same room. Paste a JavaScript one into the console of this page (F12) and a stone walks a square.',
  sdkTitle: 'Madang SDK',
  sdkText: 'The native protocol: binary, only what changed, typed from the game’s own definition.',
  sdkNote: 'room.me, room.state and room.input all know the game’s fields.',
  socketioTitle: 'Socket.IO',
  socketioText: 'An unmodified Socket.IO client, in any language that has one.',
  socketioNote: 'Listen to welcome, game_state_update and response; emit input and message.',
  websocketTitle: 'Plain WebSocket',
  websocketText: 'Anything that opens a WebSocket and sends a line of text can play.',
  websocketNote: 'Send a word such as 우 or right to move one cell; the state arrives as JSON.',
  copy: 'Copy',
  copied: 'Copied',
  copyByHand: 'Press Ctrl+C',
  foot: 'Madang is open source under the MIT licence.',
  peopleNow: (people: number) => (people === 1 ? 'One person is playing.' : `${people} people are playing.`),
  record: (name: string, score: number, round: number) => `${name}, ${score} cells, round ${round}`,
  gameFacts: (seats: number, rateHz: number) => `Up to ${seats} players · ${rateHz} ticks a second`,
  seats: (people: number, bots: number, seats: number) =>
    `${people} of ${seats}${bots > 0 ? ` + ${bots} ${bots === 1 ? 'bot' : 'bots'}` : ''}`,
};

export type Words = typeof ENGLISH;

const KOREAN: Words = {
  pageTitle: '마당 · 여럿이 함께 노는 게임 서버',
  otherLanguage: 'English',
  skip: '게임으로 건너뛰기',
  meaning: '마당 (madang): 사람들이 모여 노는 뜰.',
  headline: '모두가 한 마당에서.',
  lead: '마당은 여럿이 실시간으로 함께 노는 게임을 위한 오픈소스 서버입니다. 규칙은 서버에서 한 번만 돌고, 모두가 같은 마당을 봅니다.',
  playNow: '땅따먹기 하러 가기',
  howToConnect: '직접 연결해 보기',
  gamesTitle: '지금 노는 중',
  recordTitle: '역대 가장 넓은 땅',
  noRecord: '아직 없어요. 다음 판의 주인공이 되어 보세요.',
  unreachable: '지금은 서버가 대답하지 않아요.',
  nobodyYet: '마당이 열려 있어요.',
  noYards: '열린 마당이 없어요. 놀기 시작하면 열립니다.',
  play: '놀기',
  enter: '들어가기',
  inReact: 'React로 만든 화면',
  tickTitle: '키 하나를 누르면',
  tick1Title: '바란다',
  tick1: '클라이언트는 하고 싶은 것만 보냅니다. 오른쪽, 위, 멈춤. 위치나 점수는 보내지 않습니다.',
  tick2Title: '틱이 정한다',
  tick2: '틱마다 서버가 모두의 입력을 차례로 적용해 다음 상태를 계산합니다. 정하는 것은 서버뿐입니다.',
  tick3Title: '모두가 본다',
  tick3: '바뀐 것이 모든 플레이어에게 나갑니다. 어떤 길로 들어왔든 똑같이.',
  waysTitle: '연결하는 세 가지 방법',
  waysLead:
    '셋 다 같은 방으로 들어갑니다. JavaScript 코드를 이 페이지의 콘솔(F12)에 붙여 넣으면 말 하나가 네모를 그리며 걷습니다.',
  sdkTitle: '마당 SDK',
  sdkText: '바이너리 네이티브 프로토콜. 바뀐 것만 오가고, 타입은 게임 정의에서 그대로 나옵니다.',
  sdkNote: 'room.me, room.state, room.input이 모두 게임의 필드를 압니다.',
  socketioTitle: 'Socket.IO',
  socketioText: '고치지 않은 Socket.IO 클라이언트 그대로. 클라이언트가 있는 언어라면 무엇이든.',
  socketioNote: 'welcome, game_state_update, response를 듣고 input, message를 보냅니다.',
  websocketTitle: '순수 WebSocket',
  websocketText: 'WebSocket을 열어 글 한 줄만 보낼 수 있으면 놀 수 있습니다.',
  websocketNote: '우, right 같은 낱말을 보내면 한 칸 움직이고, 상태는 JSON으로 옵니다.',
  copy: '복사',
  copied: '복사했어요',
  copyByHand: 'Ctrl+C를 누르세요',
  foot: '마당은 MIT 라이선스 오픈소스입니다.',
  peopleNow: (people) => `지금 ${people}명이 놀고 있어요.`,
  record: (name, score, round) => `${name}, ${score}칸, ${round}판`,
  gameFacts: (seats, rateHz) => `최대 ${seats}명 · 초당 ${rateHz}틱`,
  seats: (people, bots, seats) => `${people}/${seats}명${bots > 0 ? ` + 봇 ${bots}` : ''}`,
};

export type Language = 'ko' | 'en';

export const WORDS: Record<Language, Words> = { ko: KOREAN, en: ENGLISH };

/** Shared with the game's page: whoever chose a language there has chosen it here. */
const REMEMBERED = 'madang.language';

export function firstLanguage(): Language {
  try {
    const remembered = localStorage.getItem(REMEMBERED);
    if (remembered === 'ko' || remembered === 'en') return remembered;
  } catch {
    // Storage may be blocked; the browser's own language is a good guess.
  }
  return navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(REMEMBERED, language);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** Puts words where the markup asks for them with `data-word`. An unknown key is a mistake in the markup and throws. */
export function applyWords(root: Document, language: Language): void {
  root.documentElement.lang = language;
  const words: Readonly<Record<string, unknown>> = { ...WORDS[language] };
  root.title = WORDS[language].pageTitle;
  for (const element of root.querySelectorAll<HTMLElement>('[data-word]')) {
    const word = words[element.dataset.word ?? ''];
    if (typeof word !== 'string') throw new Error(`the markup asks for the unknown word ${element.dataset.word ?? ''}`);
    element.textContent = word;
  }
}
