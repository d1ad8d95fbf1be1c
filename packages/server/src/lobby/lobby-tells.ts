/** What the lobby tells a client: JSON, one of these each. See docs/protocol.md. */
import type { ErrorCode, JsonValue } from '@madang/core';
import type { SearchNews } from '../matchmaking/search-news.ts';
import type { AskedAbout } from './lobby-asks.ts';
import type { RoomNews } from './room-watches.ts';

export type LobbyTell =
  /** `user` is null for nobody in particular. `region` is where this server is. */
  | { readonly type: 'hello'; readonly user: string | null; readonly name: string; readonly region: string }
  | ({ readonly type: 'rooms'; readonly id: number } & RoomNews)
  | { readonly type: 'pong'; readonly n: number }
  | PartyTell
  | SearchNews
  /** `re` is what was asked, null where that cannot be told. */
  | {
      readonly type: 'error';
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: JsonValue;
      readonly re: AskedAbout | null;
    };

/** Null and nobody for who is in no party. */
export interface PartyTell {
  readonly type: 'party';
  readonly code: string | null;
  /** Their names; the first one leads. */
  readonly members: readonly string[];
  /** Whether it is this one who leads. */
  readonly leader: boolean;
}
