/**
 * A page for tests of the React hooks: one component lists the players, another counts them, and each row says how often
 * it was rendered. Built and served by tests/react-page.test.ts; `data-…` attributes are what the test reads.
 */
import { pick, type RoomOf, useConnection, useRoom, useRows } from '@madang/client/react';
import { landGrab } from '@madang-examples/land-grab/game';
import { createElement as h, memo, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

type YardRoom = RoomOf<typeof landGrab>;
type Place = { readonly id: number; readonly name: string; readonly x: number; readonly y: number };

/** Writes into an element how often its component was rendered and shown. */
function useRenderCount<E extends HTMLElement>() {
  const element = useRef<E>(null);
  const renders = useRef(0);
  useEffect(() => {
    renders.current++;
    if (element.current !== null) element.current.dataset.renders = String(renders.current);
  });
  return element;
}

function Watcher() {
  const [name, setName] = useState('Ada');
  const { status, room } = useRoom(useConnection(), landGrab, { name });
  const rename = h('button', { id: 'rename', type: 'button', onClick: () => setName('Bea') }, 'Bea');
  return h('main', { 'data-status': status }, rename, h(List, { room }), h(Sum, { room }));
}

function List({ room }: { room: YardRoom | null }) {
  const element = useRenderCount<HTMLDivElement>();
  const rows = useRows(room, (state) => pick(state.players, 'name', 'x', 'y'));
  const text = rows.map(({ x, y }) => `${x},${y}`).join(' ');
  return h('div', { id: 'list', ref: element, 'data-text': text }, ...rows.map((row) => h(Row, { key: row.id, row })));
}

const Row = memo(function Row({ row }: { row: Place }) {
  const element = useRenderCount<HTMLParagraphElement>();
  return h('p', { ref: element, 'data-name': row.name }, `${row.x},${row.y}`);
});

/** The same state told by another component, by another selection: both must always say the same. */
function Sum({ room }: { room: YardRoom | null }) {
  const rows = useRows(room, ({ players }) => [...players].filter(({ id }) => id > 0));
  return h('p', { id: 'sum', 'data-text': rows.map(({ x, y }) => `${x},${y}`).join(' ') });
}

/** Looks at every picture after everything that was to happen in it has happened. */
const seen = { frames: 0, torn: 0 };
const look = new MessageChannel();
look.port1.onmessage = () => {
  const [list, sum] = ['list', 'sum'].map((id) => document.getElementById(id)?.dataset.text);
  seen.frames++;
  if (list !== sum) seen.torn++;
  Object.assign(document.documentElement.dataset, { frames: String(seen.frames), torn: String(seen.torn) });
};
function eachFrame(): void {
  requestAnimationFrame(eachFrame);
  look.port2.postMessage(null);
}

const place = document.getElementById('root');
if (place === null) throw new Error('the page has no place for React');
createRoot(place).render(h(Watcher));
eachFrame();
