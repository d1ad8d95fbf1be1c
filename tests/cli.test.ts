/** The command `madang`, as real processes: what an author sees while writing a game, and an operator while running one. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { connect } from '@madang/client';
import { openSqliteStore } from '@madang/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { auction } from './guide/survive-a-restart/game.ts';
import { eventually } from './support/browser.ts';
import { editGame, freePort, gameFolder, madang, nodeScript, ran, tab, walker, writeGame } from './support/cli.ts';
import { stay, walk } from './support/cli-games/two-games.ts';
import { walk as walkWithLives } from './support/cli-games/walk-with-lives.ts';
import { occupyPort } from './support/process.ts';
import { until } from './support/yard.ts';

const DEV = ['dev', '--port', '0', '--host', '127.0.0.1'];
const START = ['start', '--port', '0', '--host', '127.0.0.1'];

/** The one room of a data folder, as `madang rooms list` has it. */
async function theRoom(folder: string): Promise<string> {
  const { said } = await ran(folder, ['rooms', 'list']);
  const lines = said.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  return lines[0]?.split(' ')[0] ?? '';
}

/** What these files' rights are, owner, group and others; as they would be where the system knows none. */
function rightsOf(folder: string, ...names: readonly string[]): readonly number[] {
  return names.map((name) => statSync(join(folder, name)).mode & 0o777);
}

describe('madang dev', () => {
  test('a changed rule is played at once, in the room that is under way: players come back to their seats unasked', async () => {
    const folder = gameFolder('walk');
    const dev = madang(folder, DEV);
    const { room, steps, returns, walksOn } = await walker(await dev.ready());
    const { id, you } = room;
    const before = steps();
    editGame(folder, 'me.steps += 1', 'me.steps += 1000');
    await dev.says(/game\.ts changed: the new code runs after \d+ ms, 1 room went on\./u);
    await until('the new rule is played', () => steps() > before + 1000, 15_000);
    await walksOn();
    expect([room.id, room.you, room.connection, returns()]).toEqual([id, you, 'open', 1]);
    // Whatever was walked was walked from where the room was.
    expect(steps() % 1000).toBeGreaterThanOrEqual(before);
    dev.process.kill('SIGINT');
    expect(await dev.ended()).toBe(0);
    expect(dev.stderr()).toBe('');
  });

  test('a field that is added to the schema appears in the room that is under way, and players stay: whoever reloads has the same seat', async () => {
    const folder = gameFolder('walk');
    const dev = madang(folder, DEV);
    const url = await dev.ready();
    const kept = tab();
    const { room, steps } = await walker(url, kept);
    const [id, you, before] = [room.id, room.you, steps()];
    const ended = new Promise((resolve) => room.onClose(resolve));
    writeGame(folder, 'walk-with-lives');
    // Its page has the schema from before, and is told to have itself reloaded.
    expect(await ended).toMatchObject({ code: 'SCHEMA_MISMATCH' });
    const reloaded = await connect(url, { kept }).join(walkWithLives);
    await until('the added field has what the new rules give it', () => reloaded.me?.lives === 3);
    expect([reloaded.id, reloaded.you, reloaded.me?.name]).toEqual([id, you, 'Jimin']);
    expect(reloaded.me?.steps).toBeGreaterThanOrEqual(before);
    expect([...reloaded.state.players]).toHaveLength(1);
    await reloaded.leave();
  });

  test('code that cannot be loaded is told with its place, and the code from before goes on', async () => {
    const folder = gameFolder('walk');
    const dev = madang(folder, DEV);
    const { returns, walksOn } = await walker(await dev.ready());
    editGame(folder, 'seats: 4', 'seats: = 4');
    await dev.says(/^game\.ts:7: Expression expected\n(?: {2}.*\n)+? {2}.*seats: = 4/mu);
    await walksOn();
    editGame(folder, 'seats: = 4', 'seats: 9000');
    await dev.says(/^game\.ts:4: BAD_SCHEMA: .*seats: it must be from 1 to 5,000\.$/mu);
    editGame(folder, 'seats: 9000', 'seats: four()');
    await dev.says(/^game\.ts:7: four is not defined$/mu);
    await dev.says('The code from before goes on.', 3);
    await walksOn();
    expect(returns()).toBe(0);
    writeFileSync(join(folder, 'four.ts'), 'export const four = (): number => 4;\n');
    editGame(folder, "from '@madang/core';", "from '@madang/core';\nimport { four } from './four.ts';");
    await dev.says('game.ts changed');
    await until('the walker is back', () => returns() === 1, 15_000);
    // A file that it did not have at first counts as well.
    writeFileSync(join(folder, 'four.ts'), 'export const four = (): number => 3 + 1;\n');
    await dev.says('four.ts changed');
    await walksOn();
  });

  test('code that loads and cannot be served: the code from before takes the rooms back', async () => {
    const folder = gameFolder('walk');
    const dev = madang(folder, DEV);
    const { returns, walksOn } = await walker(await dev.ready());
    editGame(
      folder,
      'export const walk',
      "export const twin = defineGame({ name: 'walk', tickRateHz: 1, seats: 1, state: {}, input: {} });\nexport const walk",
    );
    await dev.says(/^.*two games have the same name\.\nThe code from before goes on\.$/mu);
    await until('the walker is back', () => returns() === 1, 15_000);
    await walksOn();
  });

  test('code that ends its process is told with its place; the rooms go on with the next change', async () => {
    const folder = gameFolder('walk');
    const dev = madang(folder, DEV);
    const { returns, walksOn } = await walker(await dev.ready());
    const late = "setInterval(() => { if (existsSync('now')) throw new Error('nobody caught this'); }, 20);\n";
    editGame(folder, 'export const walk', `import { existsSync } from 'node:fs';\n${late}export const walk`);
    await dev.says('1 room went on');
    writeFileSync(join(folder, 'now'), '');
    await dev.says(/^game\.ts:5: nobody caught this$/mu);
    await dev.says('The server has ended (exit code 1). Nothing is served until the next change.');
    editGame(folder, late, '');
    await dev.says('1 room went on', 2);
    await until('the walker is back', () => returns() > 0, 20_000);
    await walksOn();
  });

  test('rooms that changed code cannot hold: the room and the field are named, the code from before goes on, and nothing is lost', async () => {
    const folder = gameFolder('walk');
    const dev = madang(folder, DEV);
    const { room, steps, returns, walksOn } = await walker(await dev.ready());
    editGame(folder, 'steps: u32', 'steps: text(8)');
    await dev.says('The code from before goes on.');
    expect(dev.stdout()).toMatch(new RegExp(`walk ${room.id} .*players\\.steps: `, 'u'));
    await walksOn();
    expect(returns()).toBe(0);
    const before = steps();
    editGame(folder, 'steps: text(8)', 'steps: u32');
    await dev.says('1 room went on');
    await walksOn();
    expect(steps()).toBeGreaterThan(before);
  });

  test('with --on-incompatible reset, the rooms that cannot be held go, and others stay', async () => {
    const folder = gameFolder('two-games');
    const dev = madang(folder, [...DEV, '--on-incompatible', 'reset']);
    const url = await dev.ready();
    expect(dev.stdout()).toMatch(/game +stay, 10 Hz, 2 seats\n +game +walk, 20 Hz, 4 seats/u);
    const goer = await connect(url).join(walk);
    const stayer = await connect(url).join(stay, { name: 'Sora' });
    const ended = new Promise((resolve) => goer.onClose(resolve));
    const back = new Promise<void>((resolve) => {
      stayer.onConnection((connection) => connection === 'open' && resolve());
    });
    await until('both are there', () => stayer.me !== undefined && goer.me !== undefined);
    editGame(folder, 'walked = { ...player }', 'walked = { ...player, steps: text(8) }');
    await dev.says('1 room went on');
    expect(dev.stdout()).toMatch(new RegExp(`walk ${goer.id} .*players\\.steps: `, 'u'));
    await back;
    expect(stayer.me?.name).toBe('Sora');
    expect(await ended).toMatchObject({ code: 'SCHEMA_MISMATCH' });
    expect(await theRoom(folder)).toBe(stayer.id);
    await stayer.leave();
  });

  test('with --on-incompatible stop, the command ends and every room is kept', async () => {
    const folder = gameFolder('walk');
    const dev = madang(folder, [...DEV, '--on-incompatible', 'stop']);
    const { room } = await walker(await dev.ready());
    editGame(folder, 'steps: u32', 'steps: text(8)');
    expect(await dev.ended()).toBe(0);
    expect(await theRoom(folder)).toBe(room.id);
  });

  test.runIf(process.platform === 'linux')('nothing of it is left when it is killed', async () => {
    const folder = gameFolder('walk');
    const dev = madang(folder, DEV);
    const url = await dev.ready();
    dev.process.kill('SIGKILL');
    await dev.ended();
    const isGone = (): Promise<boolean> =>
      fetch(`${url}/healthz`).then(
        () => false,
        () => true,
      );
    await eventually('its server is gone', isGone);
  });
});

describe('madang start', () => {
  test('serves until SIGTERM; rooms go on with the next start, and players come back unasked', async () => {
    const folder = gameFolder('walk-to-an-end');
    const first = madang(folder, START);
    const url = await first.ready();
    const { room, returns, walksOn } = await walker(url);
    first.process.kill('SIGTERM');
    expect(await first.ended()).toBe(0);
    expect(first.stdout()).toBe(`Madang is ready: ${url}/\n`);
    const logged = first
      .stderr()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string });
    const words = ['started', 'stopping', 'stopped'];
    expect(logged.map(({ msg }) => msg).filter((msg) => words.includes(msg))).toEqual(words);
    expect(await theRoom(folder)).toBe(room.id);
    await madang(folder, [...START, '--port', new URL(url).port]).ready();
    await walksOn();
    expect(returns()).toBe(1);
  });

  test.each(['reject', 'storm'])(
    '[PC10] what nobody caught (%s) is logged, rooms are left for the next process, and the exit code is 1',
    async (FAULT) => {
      const folder = gameFolder('walk-to-an-end');
      const server = madang(folder, START, { FAULT });
      const { room } = await walker(await server.ready());
      server.process.kill('SIGUSR2');
      expect(await server.ended()).toBe(1);
      expect(server.stderr()).toContain('"message":"nobody caught this"');
      expect(server.stderr()).toContain('"msg":"stopped"');
      expect(await theRoom(folder)).toBe(room.id);
    },
  );

  test('[PC10] under --supervise a crash is followed by another start, in which the room goes on; signals are passed on', async () => {
    const folder = gameFolder('walk-to-an-end');
    const port = await freePort();
    const server = madang(folder, ['start', '--port', String(port), '--host', '127.0.0.1', '--supervise']);
    const { returns, walksOn } = await walker(await server.ready());
    const pid = Number(/"pid":(\d+),[^\n]*"msg":"started"/u.exec(server.stderr())?.[1]);
    process.kill(pid, 'SIGKILL');
    await server.says('"msg":"started"', 2);
    await walksOn();
    expect([returns(), server.stderr().includes('"exitCode":137,"waitMs":1000')]).toEqual([1, true]);
    server.process.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
    expect(server.stderr()).toContain('"msg":"stopped"');
  });

  test('[PC11] what cannot work is one clear line and exit code 78', async () => {
    const folder = gameFolder('walk');
    const port = await occupyPort('127.0.0.1');
    writeFileSync(join(folder, 'short.secret'), 'too short\n');
    writeFileSync(join(folder, 'none.ts'), 'export const nothing = 1;\n');
    writeFileSync(join(folder, 'broken.ts'), 'export const a = ;\n');
    mkdirSync(join(folder, 'spoiled'));
    writeFileSync(
      join(folder, 'spoiled/journal.sqlite'),
      'this is no database, and never was one; it only has its name\n'.repeat(9),
    );
    writeFileSync(join(folder, 'spoiled/madang.sqlite'), '');
    mkdirSync(join(folder, 'half'));
    writeFileSync(join(folder, 'half/journal.sqlite'), '');
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--port', String(port)], new RegExp(`^Port ${port} is taken`, 'u')],
      [['--port', '70000'], /^--port must be a number from 0 to 65535/u],
      // An address that documents use and no machine has: RFC 5737.
      [['--host', '192.0.2.1', '--port', '18999'], /^This machine has no address 192\.0\.2\.1/u],
      [['--origin', 'https://good.example/'], /^--origin .* https:\/\/good\.example\/\.$/u],
      [['--pages', 'nowhere'], /^There is no folder nowhere of pages\.$/u],
      [['--secret-file', 'no.secret'], /^The secret cannot be read: .*no\.secret/u],
      [['--secret-file', 'short.secret'], /^The secret in short\.secret has 9 bytes, and it needs 32/u],
      [['nowhere.ts'], /^There is no file nowhere\.ts\.$/u],
      [['none.ts'], /^none\.ts exports no game/u],
      [['broken.ts'], /^broken\.ts:1: Expression expected$/u],
      [['--data', 'game.ts'], /^The data folder .*game\.ts cannot be used/u],
      [['--data', 'half'], /^\S+half has lost its madang\.sqlite: put a backup in place with madang restore, or /u],
      [['--data', 'spoiled'], /^The data cannot be used: .*journal\.sqlite is not a database/u],
    ];
    // Few at a time: each is a process that loads a server.
    for (const [index, [args, sentence]] of cases.entries()) {
      const data = args.includes('--data') ? [] : ['--data', `data${index}`];
      const at = args.includes('--port') ? [] : ['--port', '0'];
      const { exitCode, said } = await ran(folder, ['start', ...args, ...at, ...data]);
      expect([args, exitCode, said.trimEnd().split('\n')]).toEqual([args, 78, [expect.stringMatching(sentence)]]);
    }
  });

  test('a secret that every user of the machine may read is warned of, and served with all the same', async () => {
    const folder = gameFolder('walk');
    const warned = async (mode: number): Promise<boolean> => {
      const file = `secret-${mode}`;
      writeFileSync(join(folder, file), 'x'.repeat(32));
      chmodSync(join(folder, file), mode);
      const server = madang(folder, [...START, '--secret-file', file]);
      await server.ready();
      server.process.kill('SIGTERM');
      await server.ended();
      return server.stderr().includes('may read the secret');
    };
    expect([await warned(0o644), await warned(0o640)]).toEqual([process.platform !== 'win32', false]);
  });

  test('[PC11] a second server on the same data is refused, and takes no room away from the first', async () => {
    const folder = gameFolder('walk-to-an-end');
    const { returns, walksOn } = await walker(await madang(folder, START).ready());
    const second = await ran(folder, START);
    expect([second.exitCode, second.said]).toEqual([
      78,
      expect.stringMatching(/^The data folder .* is in use: .*\n$/u),
    ]);
    await walksOn();
    expect(returns()).toBe(0);
  });

  test('[PC11] a deploy that cannot hold a room is refused and names it; --unreadable set-aside leaves the room where it is', async () => {
    const folder = gameFolder('walk-to-an-end');
    const first = madang(folder, START);
    const { room } = await walker(await first.ready());
    first.process.kill('SIGTERM');
    await first.ended();
    editGame(folder, 'steps: u32', 'steps: text(8)');
    const refused = await ran(folder, START);
    expect([refused.exitCode, refused.said]).toEqual([
      78,
      expect.stringMatching(new RegExp(`^Room ${room.id} .*players\\.steps: .*--unreadable set-aside.*\n$`, 'u')),
    ]);
    const second = madang(folder, [...START, '--unreadable', 'set-aside']);
    await second.ready();
    expect(await theRoom(folder)).toBe(room.id);
  });
});

describe('what an operator has beside it', () => {
  test('commands and options that there are not are one line and exit code 64', async () => {
    const folder = gameFolder(null);
    for (const args of [
      ['serve'],
      ['start', '--cert', 'a'],
      ['dev', 'a.ts', 'b.ts'],
      ['backup'],
      ['rooms', 'burn'],
      ['help', 'serve'],
    ]) {
      const { exitCode, said } = await ran(folder, args);
      expect([args, exitCode, said.trimEnd().split('\n').length]).toEqual([args, 64, 1]);
    }
    const { exitCode, said } = await ran(folder, ['start', '--help']);
    expect([exitCode, said]).toEqual([0, expect.stringContaining('--secret-file FILE')]);
  });

  test('[ST20] a backup that is taken while a server runs is put in place: the room goes on from then', async () => {
    const folder = gameFolder('walk');
    editGame(folder, "durability: 'none'", "durability: 'async'");
    const first = madang(folder, START);
    const url = await first.ready();
    const { room, steps } = await walker(url);
    const before = steps();
    expect((await ran(folder, ['backup', 'copy'])).said).toMatch(/^Backed up data to copy \(\d.* [kM]?B\)\.\n$/u);
    expect((await ran(folder, ['backup', 'copy'])).exitCode).toBe(78);
    expect(rightsOf(folder, 'copy')).toEqual([0o700]);
    const atBackup = steps();
    expect(await ran(folder, ['restore', 'copy'])).toEqual({ exitCode: 78, said: expect.stringContaining('in use') });
    await until('it goes on after the backup', () => steps() > atBackup + 40, 20_000);
    first.process.kill('SIGTERM');
    await first.ended();

    const { exitCode, said } = await ran(folder, ['restore', 'copy']);
    expect([exitCode, said]).toEqual([
      0,
      expect.stringMatching(
        /^Restored data from copy, with 1 room to go on with\. What was there is in data\/replaced-\S+\.\n$/u,
      ),
    ]);
    const aside = readdirSync(join(folder, 'data')).filter((name) => name.startsWith('replaced-'));
    expect(readdirSync(join(folder, 'data', aside[0] ?? ''))).toEqual(
      expect.arrayContaining(['journal.sqlite', 'madang.sqlite']),
    );
    expect(await theRoom(folder)).toBe(room.id);
    const returned = new Promise<number>((resolve) => {
      const undo = room.onState(() => {
        undo();
        resolve(steps());
      });
    });
    await madang(folder, [...START, '--port', new URL(url).port]).ready();
    const stepsThen = await returned;
    expect(stepsThen).toBeGreaterThanOrEqual(before);
    expect(stepsThen).toBeLessThan(atBackup + 40);
  });

  test('[ST20] what is no backup is not put in place, nor is one put under a server that takes no lock', async () => {
    const folder = gameFolder(null);
    for (const name of ['data', 'copy']) {
      mkdirSync(join(folder, name));
      await (await openSqliteStore(join(folder, name, 'madang.sqlite'))).close();
      writeFileSync(join(folder, name, 'journal.sqlite'), 'spoiled, and not for the first time');
    }
    const spoiled = await ran(folder, ['restore', 'copy']);
    expect([spoiled.exitCode, spoiled.said]).toEqual([1, expect.stringContaining('is not a database')]);
    expect(readFileSync(join(folder, 'data/journal.sqlite'), 'utf8')).toBe('spoiled, and not for the first time');
    expect(readdirSync(join(folder, 'data')).filter((name) => /^re/u.test(name))).toEqual([]);
    const store = await openSqliteStore(join(folder, 'data', 'madang.sqlite'));
    const used = await ran(folder, ['restore', 'copy']);
    expect([used.exitCode, used.said]).toEqual([78, expect.stringMatching(/madang\.sqlite is in use/u)]);
    await store.close();
    expect((await ran(folder, ['restore', 'nowhere'])).exitCode).toBe(78);
  });

  test('a recording is listed, written to a file and played again: the same, or different where the rules are', async () => {
    const folder = gameFolder('walk-to-an-end');
    editGame(folder, '100_000', '40');
    const { room } = await walker(await madang(folder, START).ready());
    const id = room.id;
    expect(await new Promise((resolve) => room.onClose(resolve))).toMatchObject({ code: 'ROOM_CLOSED' });
    await eventually('it is listed', async () =>
      (await ran(folder, ['replay', 'list'])).said.startsWith(`${id}  walk  `),
    );
    expect((await ran(folder, ['replay', 'export', id, 'walk.madang'])).said).toMatch(/^Wrote walk\.madang \(/u);
    expect(existsSync(join(folder, 'walk.madang'))).toBe(true);
    expect(await ran(folder, ['replay', 'export', id, 'walk.madang'])).toEqual({
      exitCode: 78,
      said: 'walk.madang is there already: an export replaces nothing.\n',
    });
    expect(rightsOf(folder, 'data', 'walk.madang')).toEqual([0o700, 0o600]);
    const same = await ran(folder, ['replay', 'check', 'walk.madang']);
    expect([same.exitCode, same.said]).toEqual([0, expect.stringMatching(/^Equal: \d+ ticks of walk /u)]);
    editGame(folder, 'me.steps += 1', 'me.steps += me.steps < 20 ? 1 : 2');
    const other = await ran(folder, ['replay', 'check', 'walk.madang', 'game.ts']);
    expect([other.exitCode, other.said]).toEqual([
      1,
      expect.stringMatching(/^Different at tick \d+: players \d+ steps\./u),
    ]);
    expect((await ran(folder, ['replay', 'export', 'nothing', 'file'])).said).toBe('There is no recording nothing.\n');
  });

  test('a room that nobody can go on with is dropped', async () => {
    const folder = gameFolder('walk-to-an-end');
    const { room } = await walker(await madang(folder, START).ready());
    const ended = new Promise((resolve) => room.onClose(resolve));
    expect((await ran(folder, ['rooms', 'drop', 'nothing'])).exitCode).toBe(1);
    expect((await ran(folder, ['rooms', 'drop', room.id])).said).toMatch(/is dropped/u);
    expect(await ended).toMatchObject({ code: 'SEAT_GONE' });
    expect((await ran(folder, ['rooms', 'list'])).said).toBe('There are no rooms that have not ended.\n');
  });
});

describe('the chapter "Survive a restart"', () => {
  const CODE = join(import.meta.dirname, 'guide/survive-a-restart');
  const chapter = readFileSync(join(import.meta.dirname, '../docs/guide/survive-a-restart.md'), 'utf8');

  test.each(['game.ts', 'server.ts'])('has the code of %s', (name) => {
    expect(chapter).toContain(`\`\`\`ts\n${readFileSync(join(CODE, name), 'utf8')}\`\`\``);
  });

  test('names no command and no option that there is not', async () => {
    const folder = gameFolder(null);
    const uses = Map.groupBy(chapter.matchAll(/madang (\w+)([^`\n]*)/gu), ([, command = '']) => command);
    for (const [command, lines] of uses) {
      const { exitCode, said } = await ran(folder, ['help', command]);
      expect([command, exitCode]).toEqual([command, 0]);
      for (const [option] of lines.join(' ').matchAll(/--[\w-]+/gu)) expect(said).toContain(option);
    }
  });

  test('its server is killed, and a bid that was answered stands', async () => {
    const folder = gameFolder(null);
    for (const name of ['game.ts', 'server.ts']) copyFileSync(join(CODE, name), join(folder, name));
    const env = { PORT: String(await freePort()) };
    const first = nodeScript(folder, 'server.ts', env);
    await first.says('Playing at');
    const room = await connect(`http://localhost:${env.PORT}`).join(auction, { name: 'Sora' });
    onTestFinished(() => room.leave());
    expect(await room.ask('bid', { price: 30 })).toEqual({ price: 30 });
    first.process.kill('SIGKILL');
    await first.ended();
    await until('its bidder has noticed', () => room.connection === 'returning');
    const second = nodeScript(folder, 'server.ts', env);
    await expect(room.ask('bid', { price: 30 }, { timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'REFUSED' });
    expect([room.state.lot.price, room.state.lot.holder]).toEqual([30, 'Sora']);
    second.process.kill('SIGTERM');
    expect(await second.ended()).toBe(0);
  });
});
