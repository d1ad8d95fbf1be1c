/** What `madang help` says. */
import { columns } from './columns.ts';

interface CommandHelp {
  readonly usage: readonly string[];
  readonly summary: string;
  readonly options: readonly (readonly [string, string])[];
  readonly more?: string;
}

const DATA = ['--data DIR', 'where rooms and players are kept (data)'] as const;

const SERVING = [
  ['--port N', 'where to listen (8888; 0 for any that is free)'],
  ['--host NAME', 'the address to listen on (this machine only)'],
  ['--pages DIR', 'built pages to serve (dist beside the game, if there is one)'],
  ['--origin URL', 'a site whose pages may connect; may be repeated'],
  DATA,
] as const;

const COMMANDS: Readonly<Record<string, CommandHelp>> = {
  dev: {
    usage: ['madang dev [game.ts]'],
    summary: 'runs a game while it is written: changes are played at once, and rooms go on',
    options: [
      ...SERVING,
      [
        '--on-incompatible WHAT',
        'for rooms that changed code cannot hold: ask, keep (the old code), reset (them), stop',
      ],
    ],
    more: 'Without a game, game.ts or src/game.ts is run. All games that the file exports are.',
  },
  start: {
    usage: ['madang start [game.ts]'],
    summary: 'runs a game for everybody, until SIGTERM or SIGINT; a second one means now',
    options: [
      ...SERVING,
      ['--secret-file FILE', 'signs guests’ tokens, 32 bytes or more (one that is made and kept in the data)'],
      ['--unreadable WHAT', 'for rooms that this version cannot hold: refuse to start, or set-aside (refuse)'],
      ['--supervise', 'starts it again when it crashes, after 1 s and up to 30 s'],
    ],
    more: 'Logs are JSON on standard error. It speaks plain HTTP: a proxy before it ends TLS. Exit codes: 0 stopped, 78 cannot work, 1 failed.',
  },
  backup: {
    usage: ['madang backup TO_DIR'],
    summary: 'copies what a server keeps, while it runs, into a new folder',
    options: [DATA],
  },
  restore: {
    usage: ['madang restore FROM_DIR'],
    summary: 'puts a backup in place, after checking it; what was there is kept aside',
    options: [DATA],
    more: 'Refused while a server runs on the data.',
  },
  rooms: {
    usage: ['madang rooms list', 'madang rooms drop ROOM_ID'],
    summary: 'rooms that have not ended: lists them, or ends one that nobody can go on with',
    options: [DATA],
  },
  replay: {
    usage: ['madang replay list', 'madang replay export ROOM_ID FILE', 'madang replay check FILE [game.ts]'],
    summary: 'recordings: lists them, writes one to a file, or plays one again by the rules',
    options: [DATA],
    more: 'check needs `recordings: "keep-with-inputs"`. It ends with 1 where the rules went another way, and says where.',
  },
  help: { usage: ['madang help [COMMAND]'], summary: 'says this', options: [] },
};

export function commandNames(): readonly string[] {
  return Object.keys(COMMANDS);
}

/** Every command in a line. */
export function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => [`  madang ${name}`, summary]);
  return `Madang, a game server.\n\n${columns(lines)}\nmadang help COMMAND lists the options of one.\n`;
}

/** Null for a command that there is not. */
export function helpOf(name: string): string | null {
  const help = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (help === undefined) return null;
  const { usage, summary, options, more } = help;
  const uses = usage.map((line) => `  ${line}${options.length === 0 ? '' : ' [options]'}\n`).join('');
  const lines = options.map(([option, meaning]) => [`  ${option}`, meaning]);
  return [`${uses}\n${summary}\n`, columns(lines), more === undefined ? '' : `${more}\n`].filter(Boolean).join('\n');
}
