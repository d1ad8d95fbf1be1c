/** What went wrong in an author's code, with the place to look at. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface DescribedFailure {
  /** One line: `game.ts:3: what is wrong`. */
  readonly line: string;
  /** The code there with a mark under it, or '' where it is not known. */
  readonly excerpt: string;
}

/** Code that cannot be read has its place, the code and a mark as the head of its stack. */
const HEAD = /^(?<place>(?:file:|\/|[A-Za-z]:\\).*):(?<line>\d+)\n(?<excerpt>(?:.*\n)*?)\n?\w*Error/u;
const FRAME = /\(?(?<url>file:\/\/[^()]+?):(?<line>\d+):\d+\)?$/u;

/** `isAuthors` says which files count as places. Paths are as seen from `folder`. */
export function describeFailure(
  error: unknown,
  isAuthors: (file: string) => boolean,
  folder: string = process.cwd(),
): DescribedFailure {
  const message = messageOf(error);
  const stack = (error instanceof Error ? error.stack : undefined) ?? '';
  const head = HEAD.exec(stack)?.groups;
  if (head !== undefined) {
    const place = `${shown(pathOf(head.place ?? ''), folder)}:${head.line}`;
    return { line: `${place}: ${message}`, excerpt: (head.excerpt ?? '').trimEnd() };
  }
  const frame = stack
    .split('\n')
    .map((line) => FRAME.exec(line)?.groups)
    .find((groups) => groups !== undefined && isAuthors(pathOf(groups.url ?? '')));
  const place = frame === undefined ? '' : `${shown(pathOf(frame.url ?? ''), folder)}:${frame.line}: `;
  return { line: `${place}${message}`, excerpt: '' };
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const named = code === 'BAD_SCHEMA' ? `${code}: ${message}` : message;
  return named.replace(/\s+/gu, ' ');
}

function pathOf(place: string): string {
  // What stands after a question mark in an address is not part of a file's name.
  return place.startsWith('file:') ? fileURLToPath(place.replace(/\?.*$/u, '')) : place;
}

function shown(path: string, folder: string): string {
  const near = relative(folder, path);
  return near.startsWith('..') ? path : near;
}
