/** A rider on the platform's own WebSocket that speaks words and JSON. */
import type { Mover } from '../setting.ts';
import type { BeginRide } from './riding.ts';

type Told =
  | { readonly type: 'welcome'; readonly you: string }
  | { readonly type: 'state'; readonly state: { readonly movers: Readonly<Record<string, Mover>> } }
  | { readonly type: 'error'; readonly message: string };

export const rideText: BeginRide = ({ server, port, setting }, on) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/websocket`);
  // A word of ours lasts one tick, one of the other server's until the next; what is asked here is to last.
  const said = (direction: number): string =>
    server === 'tornado'
      ? (setting.words[direction] ?? '')
      : JSON.stringify({ type: 'input', input: { dir: setting.directions[direction] } });
  socket.onclose = ({ code }) => on.lost(`closed with ${code}`);
  let own = '';
  return new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      const told = JSON.parse(String(data)) as Told;
      switch (told.type) {
        case 'welcome':
          own = told.you;
          return resolve({ ask: (direction) => socket.send(said(direction)) });
        case 'state':
          return on.state(own, Object.entries(told.state.movers));
        case 'error':
          return on.lost(told.message);
      }
    };
  });
};
