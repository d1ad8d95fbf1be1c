/** The ways into a room that @madang/client offers. The only file of the page that knows it. */
import { type Attention, connect } from '@madang/client';
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

const server = () => connect(undefined, { attention: ALWAYS_ATTENTIVE });
const joinOmok = (wish: { name: string; room?: string; spectate?: boolean }) => server().join(omok, wish);
type JoinedRoom = Awaited<ReturnType<typeof joinOmok>>;

export const liveWays: Ways = {
  // The lobby's queue goes here: until then whoever comes next is the opponent.
  find: async ({ name }) => roomOf(await joinOmok({ name })),
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
