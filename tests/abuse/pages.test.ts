/** AU19: what is served from a folder of pages, and that nothing beside them is, however it is asked for. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { abuse, type World } from './standing.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'madang-pages-'));
const PAGES = join(FOLDER, 'pages');
for (const folder of ['assets', 'linked', '.git']) mkdirSync(join(PAGES, folder), { recursive: true });
for (const file of ['index.html', 'assets/app.js']) writeFileSync(join(PAGES, file), 'a page');
for (const file of ['.env', '.git/config', '../outside.txt']) {
  writeFileSync(join(PAGES, file), 'a secret');
}
symlinkSync('../outside.txt', join(PAGES, 'linked.txt'));
symlinkSync('..', join(PAGES, 'up'));
symlinkSync('index.html', join(PAGES, 'inside.html'));
symlinkSync('../../outside.txt', join(PAGES, 'linked', 'index.html'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const pages = abuse.extend({
  options: {
    pages: [
      { path: '/', folder: PAGES },
      { path: '/game', folder: PAGES },
    ],
  },
});

async function fileAt(world: World, target: string): Promise<{ readonly status: number; readonly body: string }> {
  const raw = await world.raw();
  raw.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  const { status } = await raw.answered();
  await raw.closed();
  return { status, body: raw.body };
}

/** Ways out of a folder of pages, or to what is no page in it. */
const WAYS_OUT: Readonly<Record<string, readonly string[]>> = {
  dots: ['/../outside.txt', '/assets/../../outside.txt', '/..//outside.txt', '/.../outside.txt', '/..;/outside.txt'],
  'dots in disguise': [
    ...['/%2e%2e/outside.txt', '/%2e%2e%2foutside.txt', '/assets/..%2f..%2foutside.txt', '/.%2e/outside.txt'],
    ...['/%252e%252e%252foutside.txt', '/%c0%ae%c0%ae/outside.txt', '/%e0%80%ae./outside.txt', '/%u002e./outside.txt'],
  ],
  backslashes: [
    '/..%5coutside.txt',
    '/..%5c..%5coutside.txt',
    '/assets%5c..%5c..%5coutside.txt',
    '/..%255coutside.txt',
  ],
  zeros: ['/%00', '/index.html%00', '/outside.txt%00.html', '/index.html%00/../../outside.txt'],
  'paths of the machine': [
    '//etc/passwd',
    '///etc/passwd',
    '/%2fetc/passwd',
    '/file:///etc/passwd',
    `/${FOLDER}/outside.txt`,
  ],
  'what is no text': ['/%', '/%zz', '/%ff', '/index.html/', '/index.html/../../outside.txt', '/assets', '/assets/'],
  'very long': [`/${'a'.repeat(2_000)}`, `/${'../'.repeat(600)}etc/passwd`, `/${'%2e%2e%2f'.repeat(200)}etc/passwd`],
  links: ['/linked.txt', '/up/outside.txt', '/up', '/linked/'],
  'hidden files': ['/.env', '/%2eenv', '/.git/config', '/.git', '/assets/../.env', '/assets/%2e%2e/.env'],
};

pages.for(Object.entries(WAYS_OUT))(
  'AU19: only pages are served, and no file beside them: %s',
  async ([, targets], { world }) => {
    for (const page of ['/', '/index.html', '/inside.html', '/assets/app.js', '/game/assets/app.js']) {
      expect(await fileAt(world, page), page).toMatchObject({ status: 200, body: expect.stringContaining('a page') });
    }
    const under = targets.flatMap((target) => [target, `/game${target}`]);
    const answers = await Promise.all(under.map((target) => fileAt(world, target)));
    const wrong = under.filter((_, at) => {
      const { status, body } = answers[at] ?? { status: 0, body: '' };
      return ![400, 404, 414].includes(status) || /a secret|root:/u.test(body);
    });
    expect(wrong).toEqual([]);
  },
);
