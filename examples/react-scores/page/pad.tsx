/** Four arrows that are held to walk, with a finger, a mouse or the keys of that name. */
import { type PointerEvent, useEffect } from 'react';
import type { Words } from './words.ts';
import type { YardRoom } from './yard.tsx';

const HEADINGS = ['up', 'left', 'right', 'down'] as const;
type Heading = (typeof HEADINGS)[number];

const ARROWS: Readonly<Record<Heading, string>> = {
  up: 'M12 6l6 9H6Z',
  left: 'M6 12l9-6v12Z',
  right: 'M18 12l-9 6V6Z',
  down: 'M12 18l-6-9h12Z',
};
const KEYS: ReadonlyMap<string, Heading> = new Map(HEADINGS.map((heading) => [`arrow${heading}`, heading]));

export function Pad({ room, words }: { room: YardRoom | null; words: Words }) {
  useArrowKeys(room);
  const go = (heading: Heading) => (event: PointerEvent<HTMLButtonElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    room?.input({ dir: heading });
  };
  const stand = (): void => room?.input({ dir: 'none' });
  return (
    <fieldset className="pad" aria-label={words.pad}>
      {HEADINGS.map((heading) => (
        <button
          key={heading}
          type="button"
          data-heading={heading}
          aria-label={words.headings[heading]}
          onPointerDown={go(heading)}
          onPointerUp={stand}
          onPointerCancel={stand}
          onContextMenu={(event) => event.preventDefault()}
          onClick={({ detail }) => {
            // A pointer has walked already; a click without one is Enter, Space or a screen reader, and goes one cell.
            if (detail !== 0) return;
            room?.input({ dir: heading });
            stand();
          }}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d={ARROWS[heading]} />
          </svg>
        </button>
      ))}
    </fieldset>
  );
}

function useArrowKeys(room: YardRoom | null): void {
  useEffect(() => {
    if (room === null) return;
    let held: string | null = null;
    const press = (event: KeyboardEvent): void => {
      const heading = KEYS.get(event.key.toLowerCase());
      if (heading === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      held = event.key;
      room.input({ dir: heading });
    };
    const release = (event: KeyboardEvent): void => {
      if (event.key === held) stand();
    };
    // A key let go in another window never says so here.
    const stand = (): void => {
      held = null;
      room.input({ dir: 'none' });
    };
    window.addEventListener('keydown', press);
    window.addEventListener('keyup', release);
    window.addEventListener('blur', stand);
    return () => {
      window.removeEventListener('keydown', press);
      window.removeEventListener('keyup', release);
      window.removeEventListener('blur', stand);
    };
  }, [room]);
}
