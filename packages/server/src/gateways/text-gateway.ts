/**
 * The plain WebSocket gateway: text frames for anything that can open a WebSocket. Words of the game press an input for
 * one tick; JSON holds an input or says something; the server answers in JSON. See docs/protocol.md.
 */
import { GameError, isJsonObject, type JsonValue, parseJson } from '@madang/core';
import type { Peer, Transport } from '../ports/transport.ts';
import { type LinkContext, PlayerLink } from './player-link.ts';
import type { Speech } from './speech.ts';

/** Serves the text protocol to every peer of a transport. A peer joins by connecting. */
export function startTextGateway(transport: Transport, context: LinkContext): void {
  transport.start((peer) => {
    const link = new PlayerLink(context, speechOf(peer), peer.address);
    const asked = (key: string): string | undefined => peer.query.get(key) ?? undefined;
    const wish = {
      game: asked('game'),
      room: asked('room'),
      name: asked('name'),
      isSpectator: asked('spectate') === '1',
    };
    link.join(wish, (refusal) => {
      if (refusal === null) peer.admit();
    });
    return {
      message: (data) => link.handle(Buffer.byteLength(data), () => receive(link, data)),
      gone: () => link.gone(),
    };
  });
}

function receive(link: PlayerLink, data: Uint8Array | string): void {
  if (typeof data !== 'string') throw badMessage('this gateway takes text, and a binary message came');
  const seat = link.seat('message');
  if (!data.trimStart().startsWith('{')) return seat.press(data);
  const { type, ...rest } = objectOf(parseJson(data));
  switch (type) {
    case 'input':
      return seat.input(only(rest, 'input'));
    case 'message':
      return seat.say(only(rest, 'message'));
    default:
      throw badMessage('its type must be "input" or "message"');
  }
}

function objectOf(value: JsonValue): { readonly [key: string]: JsonValue } {
  return isJsonObject(value) ? value : {};
}

/** The one property a message has beside its type. A message that says more than we understand is refused whole. */
function only(rest: { readonly [key: string]: JsonValue }, key: string): JsonValue {
  const value = rest[key];
  if (value === undefined || Object.keys(rest).length !== 1)
    throw badMessage(`beside its type it must have "${key}" only`);
  return value;
}

function badMessage(reason: string): GameError {
  return new GameError('BAD_MESSAGE', `This message cannot be taken: ${reason}.`, { reason });
}

function speechOf(peer: Peer): Speech {
  const send = (message: object): void => peer.send(JSON.stringify(message));
  return {
    get bufferedBytes() {
      return peer.bufferedBytes;
    },
    welcome(welcome, view) {
      view.advance();
      send({ type: 'welcome', you: welcome.you, tick: view.tick, state: view.json() });
    },
    update(view) {
      if (view.advance()) peer.send(view.stateText());
    },
    more: null,
    timing: null,
    // The contract of this gateway is state and messages; events are the native protocol's.
    event: null,
    said: ({ from, message }) => send({ type: 'response', from, message }),
    refuse: (error) => send({ type: 'error', code: error.code, message: error.message }),
    end(error, closeCode) {
      send({ type: 'error', code: error.code, message: error.message });
      peer.close(closeCode, error.code);
    },
  };
}
