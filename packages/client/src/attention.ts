/** Whether anybody looks, and whether there is a network: a page in a hidden tab plays for nobody, and its timers hardly run. */
export interface Attention {
  readonly isHidden: boolean;
  /** Calls `run` after each change. Answers a function that undoes it. */
  onChange(run: () => void): () => void;
  /** Calls `run` each time the machine has got a network again, perhaps another than before. Answers a function that undoes it. */
  onOnline(run: () => void): () => void;
}

/** The page's own; where there is no page, somebody always looks. */
export const pageAttention: Attention = {
  get isHidden() {
    return globalThis.document?.visibilityState === 'hidden';
  },
  onChange: (run) => listen(globalThis.document, 'visibilitychange', run),
  onOnline: (run) => listen(globalThis.window, 'online', run),
};

function listen(target: EventTarget | undefined, event: string, run: () => void): () => void {
  target?.addEventListener(event, run);
  return () => target?.removeEventListener(event, run);
}
