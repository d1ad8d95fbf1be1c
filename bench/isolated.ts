/**
 * Runs a measurement in a process of its own. What V8 has compiled, and how the heap lies, depends on everything a
 * process did before: in a process of its own a figure does not depend on which other cases were measured first.
 */
import { type ChildProcess, fork } from 'node:child_process';

export interface Isolation {
  /** For a measurement that starts processes itself: when it has taken so long it is ended. None of them outlives it, whatever became of it. */
  readonly deadlineMs?: number;
}

/** Runs `script`, which must call `answer`, and resolves to its answer. Rejects when it ends without one. */
export function isolated<Question, Answer>(
  script: URL,
  question: Question,
  { deadlineMs }: Isolation = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const hasProcesses = deadlineMs !== undefined;
    const child = fork(script, { serialization: 'advanced', detached: hasProcesses });
    const tooLate = hasProcesses
      ? setTimeout(() => {
          reject(new Error(`The measurement had not ended after ${Math.round(deadlineMs / 1000)} s`));
          killGroup(child);
        }, deadlineMs)
      : undefined;
    let answered = false;
    child.on('message', (message) => {
      answered = true;
      if (hasProcesses) killGroup(child);
      resolve(message as Answer);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(tooLate);
      if (hasProcesses) killGroup(child);
      if (!answered) reject(new Error(`The measurement ended with ${signal ?? `exit code ${code}`} and no figures`));
    });
    child.send(question as object);
  });
}

/** The script's half: answers the one question this process was started for, and lets it end. */
export function answer<Question, Answer>(measure: (question: Question) => Answer | Promise<Answer>): void {
  // Whoever asked has gone.
  process.once('disconnect', () => process.exit());
  process.once('message', async (question) => {
    const figures = await measure(question as Question);
    process.send?.(figures, () => process.disconnect());
  });
}

/** Ends a process that was started detached, and those it has started. Fine where none of them is left. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Where it has ended already, nobody is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
