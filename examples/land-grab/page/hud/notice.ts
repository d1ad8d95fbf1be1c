/**
 * One short line at a time that goes away by itself, the line that stays while the seat is held, and the panel that says why
 * nothing moves.
 */
import { byId, setText } from '../dom.ts';
import type { SessionState } from '../session.ts';
import type { Words } from '../words.ts';

const NOTICE_MS = 3800;

export function createNotice(): (text: string) => void {
  const notice = byId('notice', HTMLElement);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (text) => {
    clearTimeout(timer);
    notice.textContent = text;
    notice.classList.add('shown');
    timer = setTimeout(() => notice.classList.remove('shown'), NOTICE_MS);
  };
}

/** Shows that the line is broken and the seat is held, or hides it again. */
export function showReturning(isReturning: boolean): void {
  byId('returning', HTMLElement).hidden = !isReturning;
  document.documentElement.dataset.returning = String(isReturning);
}

export interface LostPanel {
  show(state: Extract<SessionState, { state: 'lost' }>, words: Words): void;
  hide(): void;
}

export function createLostPanel(actions: { tryNow(): void; back(): void }): LostPanel {
  const panel = byId('lost', HTMLElement);
  const title = byId('lost-title', HTMLElement);
  const text = byId('lost-text', HTMLElement);
  const reason = byId('lost-reason', HTMLElement);
  const wait = byId('lost-wait', HTMLElement);
  const tryNow = byId('lost-try', HTMLButtonElement);
  const reload = byId('lost-reload', HTMLButtonElement);
  const back = byId('lost-back', HTMLButtonElement);
  let ticking: ReturnType<typeof setInterval> | undefined;
  tryNow.addEventListener('click', actions.tryNow);
  back.addEventListener('click', actions.back);
  reload.addEventListener('click', () => location.reload());

  return {
    show(state, words) {
      clearInterval(ticking);
      const rejoins = state.next === 'rejoin';
      // Nothing is wrong there: the other tab has the seat, and this one does not ask for it back.
      const isReplaced = state.trouble.code === 'REPLACED';
      setText(title, rejoins ? words.lostTitle : isReplaced ? words.replacedTitle : words.askTitle);
      setText(text, rejoins ? words.lostRejoin : isReplaced ? words.replacedText : '');
      if (state.next === 'reload') setText(text, words.reloadText);
      setText(reason, `${state.trouble.code} · ${state.trouble.message}`);
      reason.hidden = isReplaced;
      reload.hidden = state.next !== 'reload';
      tryNow.hidden = !rejoins;
      wait.hidden = !rejoins;
      if (rejoins) {
        const count = (): void => setText(wait, words.retryIn(Math.ceil((state.retryAtMs - performance.now()) / 1000)));
        count();
        ticking = setInterval(count, 250);
      }
      panel.hidden = false;
    },
    hide() {
      clearInterval(ticking);
      panel.hidden = true;
    },
  };
}
