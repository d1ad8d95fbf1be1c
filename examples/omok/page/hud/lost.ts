/** The panel that says why nothing moves, and what can be done about it. */
import { byId, setText } from '../dom.ts';
import type { SessionState } from '../session.ts';
import type { Words } from '../words.ts';

/** Codes of a board that cannot be come back to. */
const GONE: ReadonlySet<string> = new Set(['ROOM_GONE', 'ROOM_CLOSED', 'ROOM_LOCKED', 'SEAT_GONE', 'TICKET_GONE']);

type Lost = Extract<SessionState, { state: 'returning' | 'stopped' }>;

export interface LostPanel {
  show(state: Lost, words: Words): void;
  hide(): void;
}

export function createLostPanel(actions: { tryNow(): void; watch(): void; back(): void }): LostPanel {
  const panel = byId('lost', HTMLElement);
  const title = byId('lost-title', HTMLElement);
  const text = byId('lost-text', HTMLElement);
  const reason = byId('lost-reason', HTMLElement);
  const wait = byId('lost-wait', HTMLElement);
  const act = byId('lost-do', HTMLButtonElement);
  let run = (): void => {};
  let ticking: ReturnType<typeof setInterval> | undefined;
  act.addEventListener('click', () => run());
  byId('lost-back', HTMLButtonElement).addEventListener('click', actions.back);

  function write(heading: string, body: string, button: string, action: () => void): void {
    setText(title, heading);
    setText(text, body);
    setText(act, button);
    act.hidden = button === '';
    run = action;
  }

  return {
    show(state, words) {
      clearInterval(ticking);
      wait.hidden = state.state === 'stopped';
      const { code, message } = state.trouble;
      reason.hidden = message === '' || GONE.has(code) || code === 'REPLACED' || code === 'ROOM_FULL';
      setText(reason, `${code} · ${message}`);
      if (state.state === 'returning') {
        write(
          words.returnTitle,
          state.room === null ? words.returnText0 : words.returnText,
          words.tryNow,
          actions.tryNow,
        );
        const { retryAtMs } = state;
        // Where the line looks for itself there is nothing to hurry.
        act.hidden = retryAtMs === null;
        const count = (): void =>
          setText(wait, words.retryIn(retryAtMs === null ? 0 : Math.ceil((retryAtMs - performance.now()) / 1000)));
        count();
        ticking = setInterval(count, 250);
      } else if (state.remedy === 'otherTab') {
        write(words.replacedTitle, words.replacedText, '', () => {});
      } else if (state.remedy === 'watch') {
        write(words.fullTitle, words.fullText, words.watch, actions.watch);
      } else if (state.remedy === 'reload') {
        write(words.stoppedTitle, words.reloadText, words.reload, () => location.reload());
      } else if (GONE.has(code)) {
        write(words.goneTitle, words.goneText, '', () => {});
      } else write(words.stoppedTitle, '', '', () => {});
      panel.hidden = false;
    },
    hide() {
      clearInterval(ticking);
      panel.hidden = true;
    },
  };
}
