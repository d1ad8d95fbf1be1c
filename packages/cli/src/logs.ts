/** Logs: a JSON object a line for machines, or a sentence a line for whoever writes a game. */
import pino, { type Logger } from 'pino';

/** JSON on standard error. What is logged last is out before the process is. */
export function jsonLog(): Logger {
  return pino({ level: 'info' }, pino.destination({ dest: 2, sync: true }));
}

/** Sentences on standard error, from warnings on. */
export function plainLog(): Logger {
  return pino({ level: 'warn', base: null }, { write: (line: string) => void process.stderr.write(plainLine(line)) });
}

/** A line of JSON as `warning: the sentence (room abc, tick 12)`, with the stack of an error below. */
export function plainLine(json: string): string {
  const { level, time: _time, msg = '', err, ...rest } = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const kind = Number(level) >= (pino.levels.values.error ?? 50) ? 'error' : 'warning';
  const facts = Object.entries(rest).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const about = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${indented(String(err.stack))}` : '';
  return `${kind}: ${msg}${about}${stack}\n`;
}

function indented(text: string): string {
  return text.replace(/^/gmu, '  ');
}
