/**
 * What a room costs its server, asked for each second while somebody looks: bytes by table and field, and the time of a
 * tick. What arrives is checked; a server that does not tell, or tells something else, shows as nothing.
 */

export interface FieldCost {
  readonly name: string;
  readonly bytesPerSecond: number;
}

export interface TableCost extends FieldCost {
  readonly fields: readonly FieldCost[];
}

export interface Traffic {
  readonly tables: readonly TableCost[];
  readonly tickMs: { readonly mean: number; readonly max: number } | null;
}

/** Bytes so far, as the server counts them. */
export interface Counts {
  readonly tables: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly fields: ReadonlyMap<string, number>;
  }[];
  readonly tickMs: Traffic['tickMs'];
}

const ASK_EVERY_MS = 1_000;

/** Asks while `isSeen` and tells `show`; null where there is no answer. */
export function watchTraffic(
  roomId: () => string | null,
  isSeen: () => boolean,
  show: (traffic: Traffic | null) => void,
): void {
  let before: { roomId: string; counts: Counts; atMs: number } | null = null;
  let isAsking = false;
  const ask = async (): Promise<void> => {
    const id = roomId();
    if (id === null || !isSeen() || document.hidden || isAsking) return;
    isAsking = true;
    try {
      const response = await fetch('/api/traffic', { headers: { accept: 'application/json' } });
      const counts = response.ok ? countsOf(await response.json(), id) : null;
      const atMs = performance.now();
      if (counts === null) {
        before = null;
        return show(null);
      }
      const earlier = before?.roomId === id ? before : null;
      before = { roomId: id, counts, atMs };
      show({
        tables: earlier === null ? [] : ratesOf(earlier.counts, counts, (atMs - earlier.atMs) / 1000),
        tickMs: counts.tickMs,
      });
    } catch {
      before = null;
      show(null);
    } finally {
      isAsking = false;
    }
  };
  setInterval(() => void ask(), ASK_EVERY_MS);
}

/** The counts of one room in the server's answer, or null where it is not in it. */
export function countsOf(answer: unknown, roomId: string): Counts | null {
  const room = listOf(answer).find((one) => one.roomId === roomId);
  if (room === undefined) return null;
  const tables = listOf(room.tables).flatMap(({ table, bytes, fields }) => {
    if (typeof table !== 'string' || typeof bytes !== 'number') return [];
    const costs = listOf(fields).flatMap(({ field, bytes: cost }) =>
      typeof field === 'string' && typeof cost === 'number' ? [[field, cost] as const] : [],
    );
    return [{ name: table, bytes, fields: new Map(costs) }];
  });
  const { mean, max } = propertiesOf(room.tickMs);
  return { tables, tickMs: typeof mean === 'number' && typeof max === 'number' ? { mean, max } : null };
}

/** What was sent between two counts, per second, dearest first. */
export function ratesOf(before: Counts, now: Counts, seconds: number): readonly TableCost[] {
  const rate = (from: number, to: number): number => Math.max(0, to - from) / Math.max(0.001, seconds);
  return now.tables
    .map(({ name, bytes, fields }) => {
      const earlier = before.tables.find((one) => one.name === name);
      const costs = [...fields].map(([field, cost]) => ({
        name: field,
        bytesPerSecond: rate(earlier?.fields.get(field) ?? 0, cost),
      }));
      return {
        name,
        bytesPerSecond: rate(earlier?.bytes ?? 0, bytes),
        fields: costs.filter((one) => one.bytesPerSecond > 0).sort(dearestFirst),
      };
    })
    .filter((table) => table.bytesPerSecond > 0)
    .sort(dearestFirst);
}

function dearestFirst(a: FieldCost, b: FieldCost): number {
  return b.bytesPerSecond - a.bytesPerSecond;
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(propertiesOf) : [];
}

function propertiesOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
