/** A question before something that cannot be undone. */
import { byId, setText } from '../dom.ts';

export interface Question {
  /** Runs `yes` if that is the answer. A question that is still open is replaced. */
  ask(text: string, yes: () => void): void;
  close(): void;
}

export function createQuestion(): Question {
  const dialog = byId('ask', HTMLDialogElement);
  const text = byId('ask-text', HTMLElement);
  let answer = (): void => {};
  byId('ask-yes', HTMLButtonElement).addEventListener('click', () => {
    dialog.close();
    answer();
  });
  byId('ask-no', HTMLButtonElement).addEventListener('click', () => dialog.close());
  return {
    ask(question, yes) {
      answer = yes;
      setText(text, question);
      if (!dialog.open) dialog.showModal();
    },
    close: () => dialog.close(),
  };
}
