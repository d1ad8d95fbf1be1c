/** Answers of others that may never come. */
import type { Clock } from '../ports/clock.ts';

/** What `work` resolves to. Rejects where that takes longer than `limitMs`; its signal is aborted then. */
export async function withinTime<T>(
  clock: Clock,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(limitMs, () => {
    abort.abort();
    late.reject(new Error(`no answer within ${limitMs} ms`));
  });
  try {
    return await Promise.race([work(abort.signal), late.promise]);
  } finally {
    cancel();
  }
}
