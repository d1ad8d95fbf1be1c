/** The landing page: words in two languages, what is at play, and three programs to try. */
import { byId } from './dom.ts';
import { showGames } from './games.ts';
import { type Live, watchLive } from './live.ts';
import { showToyYard } from './toy-yard.ts';
import { showWays } from './ways.ts';
import { applyWords, firstLanguage, rememberLanguage, WORDS } from './words.ts';

const ways = showWays(location.origin);
let language = firstLanguage();
let live: Live | null | undefined;

function speak(): void {
  applyWords(document, language);
  ways.words(WORDS[language]);
  if (live !== undefined) showGames(live, WORDS[language], language);
}

byId('language', HTMLButtonElement).addEventListener('click', () => {
  language = language === 'ko' ? 'en' : 'ko';
  rememberLanguage(language);
  speak();
});

speak();
showToyYard(byId('toy', HTMLCanvasElement), matchMedia('(prefers-reduced-motion: reduce)').matches);
watchLive((next) => {
  live = next;
  showGames(next, WORDS[language], language);
});
