/** One short line at a time that goes away by itself, and the panel that says why nothing moves. */
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
      setText(title, rejoins ? words.lostTitle : words.askTitle);
      setText(text, rejoins ? words.lostRejoin : state.next === 'reload' ? words.reloadText : '');
      setText(reason, `${state.trouble.code} · ${state.trouble.message}`);
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
