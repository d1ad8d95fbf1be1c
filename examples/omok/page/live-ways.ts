/** The ways into a room that @madang/client offers. The only file of the page that knows it. */
import { type Attention, connect } from '@madang/client';
import { guest } from '@madang/client/guest';
import { openLobby } from '@madang/client/lobby';
import { omok } from '../game.ts';
import type { OmokRoom, Ways } from './ways.ts';

/** One who plays by turns waits in another tab, and has to hear of the other's stone there. */
const ALWAYS_ATTENTIVE: Attention = {
  isHidden: false,
  onChange: () => () => {},
  onOnline(run) {
    window.addEventListener('online', run);
    return () => window.removeEventListener('online', run);
  },
};

/** Ratings are kept for somebody: the same guest whenever this browser is back. */
const SHOWN = { attention: ALWAYS_ATTENTIVE, identity: guest() };

const server = () => connect(undefined, SHOWN);
const joinOmok = (wish: { name: string; room?: string; spectate?: boolean }) => server().join(omok, wish);
type JoinedRoom = Awaited<ReturnType<typeof joinOmok>>;

export const liveWays: Ways = {
  async find({ name }, progress, stop) {
    const lobby = await openLobby(undefined, { ...SHOWN, name });
    const close = (): void => lobby.close();
    stop.addEventListener('abort', close);
    try {
      if (stop.aborted) close();
      const search = lobby.queue(omok, { criteria: { isRated: true } });
      search.onProgress(progress);
      // Whoever looks for an opponent at the page is there to play.
      search.onProposed((proposal) => proposal?.accept());
      const { ticket } = await search.matched;
      return roomOf(await server().join(omok, { name, ticket }));
    } finally {
      stop.removeEventListener('abort', close);
      close();
    }
  },
  open: async ({ name, pace }) =>
    roomOf(await server().create(omok, { name, isPrivate: true, options: { pace, isRated: false } })),
  enter: async (code, { name }) => roomOf(await joinOmok({ name, room: code })),
  watch: async (code, { name }) => roomOf(await joinOmok({ name, room: code, spectate: true })),
};

function roomOf(room: JoinedRoom): OmokRoom {
  return {
    id: room.id,
    code: room.code === '' ? room.id : room.code,
    seat: room.seat,
    get spectators() {
      return [...room.people.values()].filter(({ isSpectator }) => isSpectator).length;
    },
    get state() {
      return room.state;
    },
    get tick() {
      return room.tick;
    },
    tickMs: room.tickMs,
    send: (command, payload) => room.send(command, payload),
    say: (text) => room.do.chat(text),
    onChange(run) {
      room.onState(run);
      room.onPeople(run);
    },
    onSaid(run) {
      let heard = 0;
      room.onChat(({ number, from, name, text }) => {
        // Somebody who is back is told again what was said.
        if (number <= heard) return;
        heard = number;
        run({ name, text, isMine: from === room.seat && from !== 0 });
      });
    },
    onReturning(run) {
      room.onConnection((connection) => {
        if (connection !== 'closed') run(connection === 'returning');
      });
    },
    onClose: (run) => void room.onClose(run),
    leave: () => room.leave(),
  };
}
