/** The replay page: a shelf of recordings, and the desk on which one of them lies. */
import { openReplay } from '@madang/client/replay';
import { Desk } from './desk.ts';
import { byId, setText } from './dom.ts';
import { fetchRecording, isSomebody, Refused, Shelf } from './shelf.ts';
import { applyWords, firstLanguage, type Language, rememberLanguage, WORDS, type Words } from './words.ts';

/** A recording of this server's, and whose eyes it is seen with. */
interface Lent {
  readonly roomId: string;
  readonly isMine: boolean;
}

class ReplayPage {
  #language: Language = firstLanguage();
  #desk: Desk | null = null;
  #lent: Lent | null = null;
  /** Counts what was asked for: a later wish makes an earlier one void. */
  #wishes = 0;
  readonly #shelf = new Shelf(
    () => this.#words,
    () => this.#language,
    {
      open: (roomId) => void this.#openLent({ roomId, isMine: false }),
      file: (file) => void this.#openFile(file),
    },
  );

  start(): void {
    byId('language', HTMLButtonElement).addEventListener('click', () => {
      const next = this.#language === 'ko' ? 'en' : 'ko';
      rememberLanguage(next);
      this.#speak(next);
    });
    byId('close', HTMLButtonElement).addEventListener('click', () => this.#putAway());
    byId('eyes', HTMLButtonElement).addEventListener('click', () => {
      if (this.#lent !== null) void this.#openLent({ ...this.#lent, isMine: !this.#lent.isMine });
    });
    document.addEventListener('keydown', (event) => this.#key(event));
    this.#speak(this.#language);
    void this.#shelf.fetch();
    const asked = new URLSearchParams(location.search);
    const roomId = asked.get('room');
    if (roomId !== null) void this.#openLent({ roomId, isMine: asked.get('as') === 'me' });
  }

  get #words(): Words {
    return WORDS[this.#language];
  }

  async #openLent(lent: Lent): Promise<void> {
    const wish = ++this.#wishes;
    setText(byId('shelf-note', HTMLElement), this.#words.loading);
    try {
      const bytes = await fetchRecording(lent.roomId, lent.isMine);
      if (wish === this.#wishes) this.#lay(bytes, lent);
    } catch (problem) {
      if (wish !== this.#wishes) return;
      if (this.#desk === null) this.#putAway();
      this.#refuse(problem);
    }
  }

  async #openFile(file: File): Promise<void> {
    const wish = ++this.#wishes;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (wish === this.#wishes) this.#lay(bytes, null);
    } catch (problem) {
      if (this.#desk === null) this.#putAway();
      this.#refuse(problem);
    }
  }

  /** Lays a recording on the desk; the same one with other eyes where it was. Throws BAD_RECORDING. */
  #lay(bytes: Uint8Array, lent: Lent | null): void {
    const replay = openReplay(bytes);
    if (lent !== null && lent.roomId === this.#lent?.roomId) replay.seek(this.#desk?.replay.tick ?? 0);
    this.#desk?.close();
    this.#lent = lent;
    document.documentElement.dataset.state = 'desk';
    this.#desk = new Desk(replay, () => this.#words);
    this.#note('');
    this.#showAbout();
    const query = lent === null ? '' : `?room=${encodeURIComponent(lent.roomId)}${lent.isMine ? '&as=me' : ''}`;
    history.replaceState(null, '', `${location.pathname}${query}`);
    byId('play', HTMLButtonElement).focus({ preventScroll: true });
  }

  #putAway(): void {
    this.#wishes++;
    this.#desk?.close();
    this.#desk = null;
    this.#lent = null;
    const html = document.documentElement;
    html.dataset.state = 'shelf';
    delete html.dataset.tick;
    history.replaceState(null, '', location.pathname);
    this.#note('');
    this.#showAbout();
    this.#shelf.show();
  }

  /** Says why there is nothing new to look at. */
  #refuse(problem: unknown): void {
    const { gone, notYours, busy, failed, unreadable } = this.#words;
    if (!(problem instanceof Refused)) return this.#note(unreadable);
    const known: Readonly<Record<string, string>> = {
      ROOM_GONE: gone,
      FORBIDDEN: notYours,
      SERVER_BUSY: busy,
      RATE_LIMITED: busy,
      STORE_DOWN: busy,
    };
    this.#note(known[problem.code] ?? failed);
  }

  #note(text: string): void {
    setText(byId('notice', HTMLElement), text);
    if (text !== '') this.#shelf.show();
  }

  #showAbout(): void {
    const words = this.#words;
    const language = this.#language;
    const about = this.#desk?.replay.about;
    const title = about === undefined ? words.replays : (about.title[language] ?? about.title.en ?? about.game);
    setText(byId('title', HTMLElement), title);
    document.title = about === undefined ? words.pageTitle : `${title} · ${words.pageTitle}`;
    const format = new Intl.DateTimeFormat(language, {
      month: 'short',
      day: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
    });
    const when = about?.openedWallMs == null ? '' : format.format(about.openedWallMs);
    setText(byId('about', HTMLElement), [this.#eyesText(), when].filter((text) => text !== '').join(' · '));
    const button = byId('eyes', HTMLButtonElement);
    button.hidden = this.#lent === null || !isSomebody();
    button.setAttribute('aria-pressed', String(this.#lent?.isMine === true));
  }

  #eyesText(): string {
    const eyes = this.#desk?.replay.about.eyes;
    const { allEyes, everyEyes, myEyes } = this.#words;
    if (eyes === undefined) return '';
    if (eyes === 'all') return allEyes;
    return eyes.seat === 0 && this.#lent?.isMine !== true ? everyEyes : myEyes;
  }

  #speak(language: Language): void {
    this.#language = language;
    applyWords(document, language);
    this.#showAbout();
    this.#shelf.show();
    this.#desk?.rename();
  }

  #key(event: KeyboardEvent): void {
    const { target, key } = event;
    if (this.#desk === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === 'Escape') return this.#putAway();
    // What a focused button or tab does with a key is its own.
    const isOnSlider = target instanceof HTMLInputElement && target.type === 'range';
    const isOnControl = target instanceof HTMLButtonElement && (key === ' ' || target.getAttribute('role') === 'tab');
    if (!isOnControl && this.#desk.key(event, isOnSlider)) event.preventDefault();
  }
}

new ReplayPage().start();
