/**
 * Chromium with tabs that can be hidden, driven by its own protocol: the browser library of the other tests keeps every page in
 * focus, so that none of its pages is ever hidden.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { ARGS, CHROMIUM, eventually, NO_CHROMIUM } from './browser.ts';

/** One tab; only the one that was shown last is visible. */
export interface Tab {
  show(): Promise<void>;
  /** What a JavaScript expression is there, promises awaited, as JSON carries it. Rejects with what it threw. */
  evaluate(expression: string): Promise<unknown>;
}

export interface Tabs {
  open(url: string): Promise<Tab>;
}

interface Answer {
  readonly id?: number;
  readonly error?: { readonly message: string };
  readonly result?: Readonly<Record<string, unknown>>;
}

/** Starts a browser with a fresh profile and no tab that counts; it ends with the test. */
export async function openTabs(): Promise<Tabs> {
  if (CHROMIUM === null) throw new Error(NO_CHROMIUM);
  const profile = mkdtempSync(join(tmpdir(), 'madang-tabs-'));
  const args = [...ARGS, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const browser = spawn(CHROMIUM, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  onTestFinished(async () => {
    browser.kill('SIGKILL');
    await gone;
    rmSync(profile, { recursive: true, force: true });
  });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    browser.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /ws:\/\/\S+/u.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
    browser.once('exit', () => reject(new Error(`Chromium ended before it could be driven: ${said}`)));
  });
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.on('message', (data) => {
    const answer = JSON.parse(String(data)) as Answer;
    waiting.get(answer.id ?? 0)?.(answer);
    waiting.delete(answer.id ?? 0);
  });
  let asked = 0;
  const ask = async (
    method: string,
    params: object,
    sessionId?: string,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const id = ++asked;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { error, result = {} } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  return {
    async open(url) {
      const { targetId } = await ask('Target.createTarget', { url });
      const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true });
      const evaluate = async (expression: string): Promise<unknown> => {
        const params = { expression, awaitPromise: true, returnByValue: true };
        const { result, exceptionDetails } = await ask('Runtime.evaluate', params, String(sessionId));
        if (exceptionDetails !== undefined) throw new Error(`the page threw: ${JSON.stringify(exceptionDetails)}`);
        return (result as { readonly value?: unknown }).value;
      };
      // Until then there is no document, or that of the page before.
      const isHere = async (): Promise<boolean> =>
        evaluate(`document.readyState === 'complete' && location.href !== 'about:blank'`).then(
          (answer) => answer === true,
          () => false,
        );
      if (url !== 'about:blank') await eventually('the page is here', isHere, 10_000);
      return { show: async () => void (await ask('Target.activateTarget', { targetId })), evaluate };
    },
  };
}
