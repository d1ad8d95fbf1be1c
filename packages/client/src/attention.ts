/** Whether anybody looks: a page in a hidden tab plays for nobody, and its timers hardly run. */
export interface Attention {
  readonly isHidden: boolean;
  /** Calls `run` after each change. Answers a function that undoes it. */
  onChange(run: () => void): () => void;
}

/** The page's own; where there is no page, somebody always looks. */
export const pageAttention: Attention = {
  get isHidden() {
    return globalThis.document?.visibilityState === 'hidden';
  },
  onChange(run) {
    const page = globalThis.document;
    if (page === undefined) return () => {};
    page.addEventListener('visibilitychange', run);
    return () => page.removeEventListener('visibilitychange', run);
  },
};
