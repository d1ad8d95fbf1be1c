/** The bid for black, and what both bid once that is settled. */
import { bidSecondsMax } from '../../bidding.ts';
import { TIME_CONTROLS } from '../../clock.ts';
import { minutesText } from '../clock-text.ts';
import { byId, setText } from '../dom.ts';
import type { Position } from '../position.ts';
import type { Words } from '../words.ts';

/** What the buttons beside the bid add to it. */
const STEP_SECONDS = 5;

export interface Bidding {
  show(position: Position, words: Words): void;
  showTime(leftMs: number, words: Words): void;
  hide(): void;
}

export function createBidding(bid: (seconds: number) => void): Bidding {
  const panel = byId('bidding', HTMLElement);
  const form = byId('bid-form', HTMLFormElement);
  const range = byId('bid-range', HTMLInputElement);
  const value = byId('bid-value', HTMLOutputElement);
  const leaves = byId('bid-leaves', HTMLElement);
  const text = byId('bid-text', HTMLElement);
  const note = byId('bid-note', HTMLElement);
  const time = byId('bid-time', HTMLElement);
  let shown: { position: Position; words: Words } | null = null;
  let round = 0;

  function write(): void {
    if (shown === null) return;
    const seconds = Number(range.value);
    const { words, position } = shown;
    setText(value, words.secondsLong(seconds));
    setText(leaves, words.bidLeaves(minutesText(TIME_CONTROLS[position.pace].mainSeconds - seconds)));
    range.style.setProperty('--share', String(seconds / Number(range.max)));
    range.setAttribute('aria-valuetext', words.secondsLong(seconds));
  }

  function add(seconds: number): void {
    range.value = String(Number(range.value) + seconds);
    write();
  }

  range.addEventListener('input', write);
  byId('bid-less', HTMLButtonElement).addEventListener('click', () => add(-STEP_SECONDS));
  byId('bid-more', HTMLButtonElement).addEventListener('click', () => add(STEP_SECONDS));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    bid(Number(range.value));
  });

  return {
    show(position, words) {
      shown = { position, words };
      const me = position.near?.isMe === true ? position.near : null;
      if (round !== position.round || panel.hidden) {
        range.max = String(bidSecondsMax(TIME_CONTROLS[position.pace]));
        if (round !== position.round) range.value = '0';
        round = position.round;
      }
      form.hidden = me === null || me.hasBid;
      setText(text, me === null ? words.bidWatch : me.hasBid ? words.bidDone : words.bidText);
      const isTheirsIn = position.far?.hasBid === true;
      if (me === null) setText(note, '');
      else if (me.hasBid) setText(note, words.bidOf(me.bidSeconds ?? 0));
      else setText(note, isTheirsIn ? words.bidTheyDid : words.bidSecret);
      panel.classList.toggle('done', me?.hasBid !== false);
      panel.hidden = false;
      write();
    },
    showTime(leftMs, words) {
      setText(time, words.secondsLong(Math.ceil(Math.max(0, leftMs) / 1000)));
    },
    hide() {
      panel.hidden = true;
    },
  };
}

export interface Reveal {
  show(position: Position, words: Words): void;
  hide(): void;
}

export function createReveal(): Reveal {
  const panel = byId('reveal', HTMLElement);
  const title = byId('reveal-title', HTMLElement);

  return {
    show({ near, far }, words) {
      const black = near?.colour === 'black' ? near : far;
      const white = near?.colour === 'black' ? far : near;
      const mine = near?.isMe !== true ? '' : near.colour === 'black' ? words.revealBlack : words.revealWhite;
      setText(title, mine);
      for (const [colour, side] of Object.entries({ black, white })) {
        setText(byId(`reveal-${colour}`, HTMLElement), side?.name ?? '');
        setText(byId(`reveal-${colour}-bid`, HTMLElement), words.bidOf(side?.bidSeconds ?? 0));
      }
      panel.hidden = false;
    },
    hide() {
      panel.hidden = true;
    },
  };
}
