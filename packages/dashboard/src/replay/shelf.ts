/** Recordings to choose from: those of the server that serves this page, and any file. */
import { guest } from '@madang/client/guest';
import { byId, make, setText } from './dom.ts';
import { clockText, type Language, type Words } from './words.ts';

interface Listed {
  readonly roomId: string;
  readonly game: string;
  readonly title: Readonly<Record<string, string>>;
  readonly endedWallMs: number;
  readonly seconds: number;
  readonly players: readonly string[];
}

/** Where the SDK keeps who this browser is: without it there is nobody who could have had a seat. */
const tokenKey = (): string => `madang guest ${new URL('/api/guest', location.origin).href}`;

export class Refused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** True where this browser has played here. */
export function isSomebody(): boolean {
  try {
    return localStorage.getItem(tokenKey()) !== null;
  } catch {
    return false;
  }
}

/** Fetches a recording. Rejects with `Refused`. */
export async function fetchRecording(roomId: string, isMine: boolean): Promise<Uint8Array> {
  const answer = await asked(`/api/replays/${encodeURIComponent(roomId)}${isMine ? '?as=me' : ''}`);
  return new Uint8Array(await answer.arrayBuffer());
}

export class Shelf {
  readonly #words: () => Words;
  readonly #language: () => Language;
  readonly #open: (roomId: string) => void;
  #replays: Listed[] = [];
  #before: string | null = null;
  #note: 'loading' | 'none' | 'noServer' | '' = 'loading';

  constructor(
    words: () => Words,
    language: () => Language,
    on: { open(roomId: string): void; file(file: File): void },
  ) {
    this.#words = words;
    this.#language = language;
    this.#open = on.open;
    const input = byId('file', HTMLInputElement);
    input.addEventListener('change', () => {
      const [file] = input.files ?? [];
      if (file !== undefined) on.file(file);
      input.value = '';
    });
    byId('more', HTMLButtonElement).addEventListener('click', () => void this.fetch());
    this.#takeDrops(on.file);
  }

  /** The next page of the list. */
  async fetch(): Promise<void> {
    this.#note = 'loading';
    this.show();
    try {
      const answer = await asked(
        `/api/replays${this.#before === null ? '' : `?before=${encodeURIComponent(this.#before)}`}`,
      );
      const { replays, before }: { replays: Listed[]; before: string | null } = await answer.json();
      this.#replays.push(...replays);
      this.#before = before;
      this.#note = this.#replays.length === 0 ? 'none' : '';
    } catch {
      this.#note = 'noServer';
    }
    this.show();
  }

  show(): void {
    byId('recordings', HTMLElement).replaceChildren(...this.#replays.map((one) => this.#item(one)));
    setText(byId('shelf-note', HTMLElement), this.#note === '' ? '' : this.#words()[this.#note]);
    byId('more', HTMLElement).hidden = this.#before === null;
  }

  #item({ roomId, game, title, endedWallMs, seconds, players }: Listed): HTMLElement {
    const language = this.#language();
    const item = make('li');
    const button = make('button', 'recording');
    button.type = 'button';
    button.dataset.room = roomId;
    const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(endedWallMs);
    button.append(
      make('span', 'recording-game', title[language] ?? title.en ?? game),
      make('span', 'recording-length', clockText(seconds)),
      make('span', 'recording-players', players.join(', ')),
      make('span', 'recording-when', when),
    );
    button.addEventListener('click', () => this.#open(roomId));
    item.append(button);
    return item;
  }

  #takeDrops(take: (file: File) => void): void {
    const drop = byId('drop', HTMLElement);
    const isFile = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true;
    document.addEventListener('dragover', (event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      drop.hidden = false;
    });
    document.addEventListener('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) drop.hidden = true;
    });
    document.addEventListener('drop', (event) => {
      drop.hidden = true;
      const [file] = event.dataTransfer?.files ?? [];
      if (file === undefined) return;
      event.preventDefault();
      take(file);
    });
  }
}

async function asked(path: string): Promise<Response> {
  const headers = isSomebody() ? { authorization: `Bearer ${await guest()()}` } : {};
  const answer = await fetch(path, { headers });
  if (answer.ok) return answer;
  const refusal: { code?: unknown } = await answer.json().catch(() => ({}));
  throw new Refused(typeof refusal.code === 'string' ? refusal.code : 'FAILED');
}
