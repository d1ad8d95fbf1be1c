/**
 * What goes on at this server right now: games, their rooms, and the record. Asked for every few seconds while the page
 * is looked at. What arrives is checked before it is shown; an answer that makes no sense is shown as none.
 */

export interface Game {
  readonly name: string;
  readonly title: { readonly ko: string; readonly en: string };
  readonly seats: number;
  readonly tickRateHz: number;
}

export interface Room {
  readonly id: string;
  readonly game: string;
  readonly seats: number;
  /** Seats taken by people; bots give theirs up. */
  readonly people: number;
  readonly bots: number;
}

export interface RecordHolder {
  readonly name: string;
  readonly score: number;
  readonly round: number;
}

export interface Live {
  readonly games: readonly Game[];
  readonly rooms: readonly Room[];
  readonly record: RecordHolder | null;
}

const ASK_EVERY_MS = 4000;

/** Calls `show` with every answer, and with null when the server could not be asked. */
export function watchLive(show: (live: Live | null) => void): void {
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const [games, rooms, record] = await Promise.all(['/api/games', '/api/rooms', '/api/record'].map(fetchJson));
      show(liveFrom(games, rooms, record));
    } catch {
      show(null);
    } finally {
      asking = false;
    }
  };
  void ask();
  setInterval(() => void ask(), ASK_EVERY_MS);
  document.addEventListener('visibilitychange', () => void ask());
}

/** What the three answers say, without whatever in them makes no sense. */
export function liveFrom(games: unknown, rooms: unknown, record: unknown): Live {
  return {
    games: listIn(games, 'games').flatMap(gameFrom),
    rooms: listIn(rooms, 'rooms').flatMap(roomFrom),
    record: recordFrom(propertiesOf(record).best),
  };
}

async function fetchJson(path: string): Promise<unknown> {
  const response = await fetch(path, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

function listIn(value: unknown, key: string): readonly unknown[] {
  const list = propertiesOf(value)[key];
  return Array.isArray(list) ? list : [];
}

function gameFrom(value: unknown): readonly Game[] {
  const { name, title, seats, tickRateHz } = propertiesOf(value);
  if (typeof name !== 'string' || typeof seats !== 'number' || typeof tickRateHz !== 'number') return [];
  const { ko, en } = propertiesOf(title);
  return [{ name, seats, tickRateHz, title: { ko: textOr(ko, name), en: textOr(en, name) } }];
}

function roomFrom(value: unknown): readonly Room[] {
  const { id, game, seats, taken, bots } = propertiesOf(value);
  if (typeof id !== 'string' || typeof game !== 'string' || typeof seats !== 'number' || typeof taken !== 'number')
    return [];
  return [{ id, game, seats, people: taken, bots: typeof bots === 'number' ? bots : 0 }];
}

function recordFrom(value: unknown): RecordHolder | null {
  const { name, score, round } = propertiesOf(value);
  if (typeof name !== 'string' || typeof score !== 'number' || typeof round !== 'number') return null;
  return { name, score, round };
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

function propertiesOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
