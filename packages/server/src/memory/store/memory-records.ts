/** Accounts, matches, sanctions and the audit log of a server that needs none of them to last. */
import { toJsonValue } from '@madang/core';
import type {
  Account,
  Accounts,
  AuditEntry,
  AuditLog,
  AuditRecord,
  Device,
  MatchLog,
  Sanction,
  SanctionLog,
  StoredMatch,
} from '../../ports/store.ts';
import { checkKeys, DEVICES_MAX, rowsAtMost, sanctionKey } from '../../ports/store-rules.ts';

export class MemoryAccounts implements Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #devices = new Map<string, Device>();
  readonly #check: () => void;

  constructor(check: () => void) {
    this.#check = check;
  }

  async load(user: string): Promise<Account | null> {
    this.#check();
    checkKeys(user);
    return this.#accounts.get(user) ?? null;
  }

  async addDevice({ digest, user, createdAtMs }: Device, name: string | null): Promise<void> {
    this.#check();
    checkKeys(digest, user, name ?? '');
    if (!this.#accounts.has(user)) this.#accounts.set(user, { user, name, createdAtMs });
    if (this.#devices.has(digest)) return;
    this.#devices.set(digest, { digest, user, createdAtMs });
    const mine = [...this.#devices.values()].filter((device) => device.user === user && device.digest !== digest);
    mine.sort((a, b) => a.createdAtMs - b.createdAtMs);
    for (const { digest: old } of mine.slice(0, Math.max(0, mine.length - DEVICES_MAX + 1))) this.#devices.delete(old);
  }

  async findDevice(digest: string): Promise<(Device & { readonly account: Account }) | null> {
    this.#check();
    checkKeys(digest);
    const device = this.#devices.get(digest);
    const account = device === undefined ? undefined : this.#accounts.get(device.user);
    return device === undefined || account === undefined ? null : { ...device, account };
  }
}

export class MemoryMatches implements MatchLog {
  readonly #matches = new Map<string, StoredMatch>();
  readonly #check: () => void;

  constructor(check: () => void) {
    this.#check = check;
  }

  async add(match: StoredMatch): Promise<boolean> {
    this.#check();
    checkKeys(match.id, match.game, match.roomId);
    if (this.#matches.has(match.id)) return false;
    this.#matches.set(match.id, structuredClone(match));
    return true;
  }

  async load(id: string): Promise<StoredMatch | null> {
    this.#check();
    checkKeys(id);
    return structuredClone(this.#matches.get(id) ?? null);
  }

  async ofPlayer(user: string, limit: number): Promise<readonly StoredMatch[]> {
    this.#check();
    checkKeys(user);
    const played = [...this.#matches.values()].filter(({ teams }) =>
      teams.some(({ players }) => players.some((player) => player.user === user)),
    );
    const newest = played.toReversed().sort((a, b) => b.endedAtMs - a.endedAtMs);
    return structuredClone(newest.slice(0, rowsAtMost(limit)));
  }
}

export class MemorySanctions implements SanctionLog {
  /** The latest of each target, in the order of their changes. */
  readonly #latest = new Map<string, { readonly change: number; readonly sanction: Sanction }>();
  readonly #check: () => void;
  #change = 0;

  constructor(check: () => void) {
    this.#check = check;
  }

  async put(sanction: Sanction): Promise<void> {
    this.#check();
    const key = sanctionKey(sanction);
    checkKeys(key);
    toJsonValue(sanction);
    this.#latest.delete(key);
    this.#latest.set(key, { change: ++this.#change, sanction: structuredClone(sanction) });
  }

  async since(change: number, limit: number): Promise<{ readonly change: number; readonly sanctions: Sanction[] }> {
    this.#check();
    const news = [...this.#latest.values()].filter((one) => one.change > change).slice(0, rowsAtMost(limit));
    return { change: news.at(-1)?.change ?? change, sanctions: news.map(({ sanction }) => structuredClone(sanction)) };
  }
}

export class MemoryAudit implements AuditLog {
  readonly #records: AuditRecord[] = [];
  readonly #ids = new Set<string>();
  readonly #check: () => void;

  constructor(check: () => void) {
    this.#check = check;
  }

  async append(entry: AuditEntry): Promise<void> {
    this.#check();
    checkKeys(entry.id, entry.by, entry.action, entry.target);
    const record = { ...entry, details: toJsonValue(entry.details), number: this.#records.length + 1 };
    if (this.#ids.has(entry.id)) return;
    this.#ids.add(entry.id);
    this.#records.push(record);
  }

  async list(limit: number, before = Number.POSITIVE_INFINITY): Promise<readonly AuditRecord[]> {
    this.#check();
    const older = this.#records.filter(({ number }) => number < before).toReversed();
    return structuredClone(older.slice(0, rowsAtMost(limit)));
  }
}
