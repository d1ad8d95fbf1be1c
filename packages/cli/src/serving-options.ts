/** The options that `dev` and `start` share, checked before anything is loaded or opened: a mistake is told at once. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { badConfig } from './cli-error.ts';
import { DEFAULT_DATA } from './data-folder.ts';

/** A shorter secret could be guessed. */
const SECRET_BYTES_MIN = 32;

/** For `readArguments`. */
export const SERVING_OPTIONS = {
  port: { type: 'string', default: '8888' },
  host: { type: 'string', default: 'localhost' },
  pages: { type: 'string' },
  origin: { type: 'string', multiple: true },
  data: { type: 'string', default: DEFAULT_DATA },
} as const;

export interface ServingOptions {
  readonly port: number;
  readonly hosts: readonly string[];
  /** A folder of built pages, or null. */
  readonly pages: string | null;
  readonly origins: readonly string[];
  readonly data: string;
}

interface GivenOptions {
  readonly port: string;
  readonly host: string;
  readonly pages?: string | undefined;
  readonly origin?: readonly string[] | undefined;
  readonly data: string;
}

/** Throws for what cannot work. `file` is the game's: built pages may be beside it. */
export function readServingOptions(
  { port, host, pages, origin = [], data }: GivenOptions,
  file: string,
): ServingOptions {
  if (!/^\d{1,5}$/u.test(port) || Number(port) > 65_535) {
    throw badConfig(`--port must be a number from 0 to 65535, and it is ${JSON.stringify(port)}.`);
  }
  for (const one of origin) {
    if (!URL.canParse(one) || new URL(one).origin !== one) {
      throw badConfig(`--origin must be scheme, host and port, such as https://play.example, and it is ${one}.`);
    }
  }
  return {
    port: Number(port),
    hosts: host === 'localhost' ? ['127.0.0.1', '::1'] : [host],
    pages: pagesFolder(pages, file),
    origins: origin,
    data: resolve(data),
  };
}

function pagesFolder(given: string | undefined, file: string): string | null {
  if (given === undefined) {
    const usual = [join(dirname(file), 'dist'), resolve('dist')];
    return usual.find((folder) => existsSync(join(folder, 'index.html'))) ?? null;
  }
  if (!existsSync(given) || !statSync(given).isDirectory()) throw badConfig(`There is no folder ${given} of pages.`);
  return resolve(given);
}

/** The secret that a file holds, without the line feed that editors leave at its end. Throws where it holds none. */
export function secretOf(file: string): Uint8Array {
  let secret: Buffer;
  try {
    secret = Buffer.from(readFileSync(file, 'latin1').replace(/\r?\n$/u, ''), 'latin1');
  } catch (error) {
    throw badConfig(`The secret cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
  if (secret.length >= SECRET_BYTES_MIN) return secret;
  throw badConfig(`The secret in ${file} has ${secret.length} bytes, and it needs ${SECRET_BYTES_MIN} or more.`);
}

/** Whether every user of the machine may read a file. Where there are no such rights, nobody is said to. */
export function isReadByAll(file: string): boolean {
  return process.platform !== 'win32' && ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o004) !== 0;
}

/** Opens the port and lets it go. Rejects where it cannot be had, before a room is touched. */
export async function checkPort(port: number, hosts: readonly string[]): Promise<void> {
  if (port === 0) return;
  let unavailable: Error | null = null;
  let count = 0;
  for (const host of hosts) {
    const problem = await tryPort(port, host, hosts.length > 1);
    if (problem === null) count++;
    // A machine without IPv6 still has the other address.
    else if (isMissingAddress(problem)) unavailable = problem;
    else throw whyNotListening(problem, port, host);
  }
  if (count === 0 && unavailable !== null) throw whyNotListening(unavailable, port, hosts[0] ?? '');
}

/** What keeps a server from listening as one sentence; what is no such thing as it is. */
export function whyNotListening(error: unknown, port: number, host: string): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return badConfig(`Port ${port} is taken: another program listens on it. Choose another with --port.`);
    case 'EACCES':
      return badConfig(`Port ${port} may not be opened by this user. Choose one above 1023 with --port.`);
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return badConfig(`This machine has no address ${host}: see --host.`);
    default:
      return error;
  }
}

function tryPort(port: number, host: string, ipv6Only: boolean): Promise<Error | null> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', done);
    probe.listen({ port, host, ipv6Only }, () => probe.close(() => done(null)));
  });
}

function isMissingAddress(error: unknown): boolean {
  return codeOf(error) === 'EADDRNOTAVAIL' || codeOf(error) === 'EAFNOSUPPORT';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
