/** What `madang dev` and the processes that it runs servers in say to each other. */
import type { ServingOptions } from '../serving-options.ts';

/** What a process is started with, as JSON in its first argument. */
export interface Assignment {
  readonly file: string;
  readonly options: ServingOptions;
}

/** What a process is told, once it has said that it is loaded. */
export type ToServer =
  /** Serve at this port, and go on with the rooms in the journal; these go. Again after a rest. */
  | { readonly do: 'serve'; readonly port: number; readonly drop: readonly string[] }
  /** Leave the rooms to somebody else, and stay. */
  | { readonly do: 'rest' }
  | { readonly do: 'end' };

/** A file as it was when it was loaded. */
export interface LoadedFile {
  readonly path: string;
  readonly stamp: string;
}

/** A room that cannot be gone on with. */
export interface UnreadableRoom {
  readonly roomId: string;
  readonly game: string;
  readonly message: string;
}

export interface PlayedGame {
  readonly name: string;
  readonly tickRateHz: number;
  readonly seats: number;
}

export type FromServer =
  /** The code could not be loaded; the process ends. */
  | {
      readonly is: 'unloadable';
      readonly line: string;
      readonly excerpt: string;
      readonly files: readonly LoadedFile[];
    }
  | {
      readonly is: 'loaded';
      readonly games: readonly PlayedGame[];
      readonly unreadable: readonly UnreadableRoom[];
      readonly files: readonly LoadedFile[];
    }
  | { readonly is: 'serving'; readonly url: string; readonly port: number; readonly rooms: number }
  | { readonly is: 'rested' }
  /** It does not serve. */
  | { readonly is: 'failed'; readonly line: string };
