/** What everybody can do in every room, as frames say it. */
import { type JsonValue, toJsonValue } from '@madang/core';
import type { RoomDeeds } from './room.ts';

/** `doIt` resolves once the server has done a deed. */
export function roomDeeds(doIt: (deed: JsonValue) => Promise<void>): RoomDeeds {
  // In an async function, so that what is no JSON becomes a rejection like any other.
  const deed = async (what: JsonValue): Promise<void> => doIt(toJsonValue(what));
  return {
    chat: (text, to = 'all') => deed({ do: 'chat', text, to }),
    typing: (is) => deed({ do: 'typing', is }),
    block: (who, is = true) => deed({ do: 'block', who, is }),
    kick: (who) => deed({ do: 'kick', who }),
    mute: (who, is = true) => deed({ do: 'mute', who, is }),
    lock: (is = true) => deed({ do: 'lock', is }),
    pass: (who) => deed({ do: 'pass', who }),
  };
}
