import { globSync, readFileSync } from 'node:fs';
import { choice, defineGame, record, table, text, u8 } from '@madang/core';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, expectTypeOf, test } from 'vitest';
import type { Room } from '../room.ts';
import { pick, type RoomOf, type RoomState, useConnection, useRoom, useRow, useRows } from './index.ts';

const duel = defineGame({
  name: 'duel',
  tickRateHz: 30,
  seats: 2,
  state: {
    ships: table({ x: u8, name: text(20), hand: u8.visibleTo('owner') }),
    round: record({ phase: choice('play', 'over') }),
  },
  input: { thrust: u8 },
  avatars: 'ships',
});
type DuelRoom = RoomOf<typeof duel>;

test('on a server a page is rendered as one that is joining, without rows and without an address', () => {
  function Page() {
    const connection = useConnection();
    const { status, room } = useRoom(connection, duel, { name: 'Ann' });
    const rows = useRows(room, (state) => state.ships);
    const round = useRow(room, (state) => state.round);
    return `${status} ${rows.length} ${round?.phase ?? 'nothing'}`;
  }
  expect(renderToString(createElement(Page))).toBe('joining 0 nothing');
});

test('a connection names its address when it is asked to', () => {
  const Page = () => useConnection('https://play.example').url;
  expect(renderToString(createElement(Page))).toBe('wss://play.example/play');
});

test('rows of a room that plays are empty on a server too, as the browser finds them when it takes over', () => {
  const room = { state: { ships: [{ id: 1 }] }, onState: () => () => {} };
  const Page = () => `${useRows(room, ({ ships }) => ships).length}`;
  expect(renderToString(createElement(Page))).toBe('0');
});

test('everything a component is given knows the fields of its game', () => {
  function useTyped(connection: ReturnType<typeof useConnection>) {
    const stay = useRoom(connection, duel);
    expectTypeOf(stay).toEqualTypeOf<RoomState<DuelRoom>>();
    if (stay.status === 'playing') stay.room.input({ thrust: 1 });
    // @ts-expect-error there is no error to look at while playing
    if (stay.status === 'playing') stay.error;
    if (stay.status === 'closed') expectTypeOf(stay.error.code).toBeString();

    const ships = useRows(stay.room, (state) => state.ships);
    expectTypeOf(ships).items.toHaveProperty('hand').toEqualTypeOf<number | undefined>();
    const names = useRows(stay.room, (state) => pick(state.ships, 'name'));
    expectTypeOf(names).items.toEqualTypeOf<{ readonly id: number; readonly name: string }>();
    // @ts-expect-error this game's ships have no such field
    useRows(stay.room, (state) => pick(state.ships, 'speed'));
    // @ts-expect-error rows are for reading
    for (const ship of ships) ship.x = 1;
    const phase = useRow(stay.room, (state) => state.round)?.phase;
    expectTypeOf(phase).toEqualTypeOf<'play' | 'over' | undefined>();
    const mine = useRow(stay.room, (_state, { me }) => me);
    expectTypeOf(mine).toEqualTypeOf<DuelRoom['me']>();
    const place = useRow(stay.room, (_state, { me }) => me && { x: me.x });
    expectTypeOf(place).toEqualTypeOf<{ x: number } | undefined>();
  }
  expectTypeOf(useTyped).toBeFunction();
  expectTypeOf<DuelRoom>().toExtend<
    Room<(typeof duel)['state'], (typeof duel)['input'], (typeof duel)['commands'], (typeof duel)['events'], 'ships'>
  >();
});

test('who does not import the hooks needs no React', () => {
  const core = globSync('*.ts', { cwd: new URL('..', import.meta.url) }).filter((file) => !file.endsWith('.test.ts'));
  expect(core).toContain('index.ts');
  for (const file of core) {
    const imported = [...readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').matchAll(/from '([^']+)'/gu)];
    for (const [, specifier] of imported)
      expect([file, specifier]).not.toEqual([file, expect.stringMatching(/react/u)]);
  }
});
