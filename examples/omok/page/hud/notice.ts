/** One short line at a time that goes away by itself. */
import { byId } from '../dom.ts';

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
