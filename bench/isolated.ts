/**
 * Runs a measurement in a process of its own. What V8 has compiled, and how the heap lies, depends on everything a
 * process did before: in a process of its own a figure does not depend on which other cases were measured first.
 */
import { fork } from 'node:child_process';

/** Runs `script`, which must call `answer`, and resolves to its answer. Rejects when it ends without one. */
export function isolated<Question, Answer>(script: URL, question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = fork(script, { serialization: 'advanced' });
    let answered = false;
    child.on('message', (message) => {
      answered = true;
      resolve(message as Answer);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (!answered) reject(new Error(`The measurement ended with ${signal ?? `exit code ${code}`} and no figures`));
    });
    child.send(question as object);
  });
}

/** The script's half: answers the one question this process was started for, and lets it end. */
export function answer<Question, Answer>(measure: (question: Question) => Answer): void {
  process.once('message', (question) => {
    process.send?.(measure(question as Question), () => process.disconnect());
  });
}
