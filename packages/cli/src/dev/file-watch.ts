/**
 * Tells when one of some files has changed. Their folders are watched, since editors put a new file in an old one's place; and what
 * a folder tells is only a reason to look, so that nothing is told twice and nothing that happened before is missed.
 */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { stampOf } from './loaded-files.ts';
import type { LoadedFile } from './messages.ts';

/** Editors write in several steps, and save several files at once. */
const SETTLE_MS = 60;

export class FileWatch {
  readonly #changed: (names: readonly string[]) => void;
  readonly #folders = new Map<string, FSWatcher>();
  #files: readonly LoadedFile[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `changed` is called with the names of the files, once after each `set`. */
  constructor(changed: (names: readonly string[]) => void) {
    this.#changed = changed;
  }

  /** Watches these, as they were then; those of before are not watched any more. */
  set(files: readonly LoadedFile[]): void {
    this.#files = files;
    const folders = new Set(files.map(({ path }) => nearestFolder(path)));
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of folders) if (!this.#folders.has(folder)) this.#open(folder);
    this.#look();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#files = [];
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #open(folder: string): void {
    const watcher = watch(folder, () => this.#look());
    // A folder that is taken away is watched no more; the next load finds out where its files are.
    watcher.on('error', () => watcher.close());
    this.#folders.set(folder, watcher);
  }

  /** Looks once nothing more comes. */
  #look(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const changed = this.#files.filter(({ path, stamp }) => stampOf(path) !== stamp);
      if (changed.length === 0) return;
      this.#files = [];
      this.#changed(changed.map(({ path }) => basename(path)));
    }, SETTLE_MS);
  }
}

/** The folder of a file, or the nearest there is above it. */
function nearestFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder);
}
