/** Which of an author's files a game is made of, found by watching the runtime load it. */
import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { LoadedFile } from './messages.ts';

/** Notes what is loaded from now on, of the files that count. Answers what there is so far. */
export function noteLoadedFiles(counts: (file: string) => boolean): () => readonly LoadedFile[] {
  const stamps = new Map<string, string>();
  const note = (url: string): void => {
    if (!url.startsWith('file:')) return;
    const path = fileURLToPath(url);
    // Before it is read: what changes while it is loaded has then changed since.
    if (!stamps.has(path) && counts(path)) stamps.set(path, stampOf(path));
  };
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        // A file that is missing may come.
        if (/^(?:\.{0,2}\/|file:)/u.test(specifier)) note(new URL(specifier, context.parentURL).href);
        throw error;
      }
    },
    load(url, context, next) {
      note(url);
      return next(url, context);
    },
  });
  return () => [...stamps].map(([path, stamp]) => ({ path, stamp }));
}

/** Another one whenever the file has been written since. */
export function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 'missing' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}
