import { byTeam, custom, defineGame, type Game, near, table, u8, u16, u32 } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { Audience, Watcher } from './audience.test-support.ts';
import { explain } from './explain.ts';

const secrets = { purse: u32.visibleTo('owner'), plan: u32.visibleTo('team'), fate: u32.visibleTo('nobody') };
const fields = { x: u16, y: u16, team: u8, mood: u8, ...secrets };

const village = defineGame({
  name: 'village',
  tickRateHz: 10,
  seats: 2,
  state: {
    people: table(fields, { team: 'team' }),
    spies: table(fields, { team: 'team' }),
    letters: table(fields, { team: 'team' }),
    signs: table(fields, { team: 'team' }),
  },
  input: {},
  avatars: 'people',
  interest: {
    people: near({ x: 'x', y: 'y', radius: 100 }),
    spies: byTeam,
    letters: custom<{ mood: typeof u8 }>(({ mood }, { seat, team }) => (mood + seat + team) % 3 === 0) as never,
  },
}) as unknown as Game;

type Values = Partial<Record<'x' | 'y' | 'team' | 'mood', number>>;

/** A player on seat 1 and team 1, whose avatar stands at 1000, 1000. */
function visit(peerBytesPerSecond = Number.POSITIVE_INFINITY) {
  const audience = new Audience({ ...village, peerBytesPerSecond });
  const add = (name: string, values: Values, owner = 0): number =>
    audience.state.table(name).add(values as never, owner === 0 ? {} : { owner: { number: owner } }).id;
  const me = add('people', { x: 1_000, y: 1_000, team: 1 }, 1);
  const watcher = new Watcher(audience, { number: 1, team: 1 }, true);
  const why = (name: string, id: number) => explain(audience.replication, audience.state.table(name), id, watcher.view);
  const show = (): void => {
    audience.publish();
    audience.take(watcher);
  };
  return { audience, watcher, add, me, why, show };
}

describe('why a player is told of a row', () => {
  test('is for its own rows that they are its own, and of other tables that everybody is told', () => {
    const { add, me, why, show } = visit();
    const mine = [me, add('spies', { team: 2 }, 1), add('letters', { mood: 0 }, 1), add('signs', {}, 1)];
    show();
    const reasons = ['people', 'spies', 'letters', 'signs'].map((name, index) => why(name, mine[index] ?? 0));
    expect(reasons.map(({ because, isTold, isWaiting }) => [because, isTold, isWaiting])).toEqual([
      ['own', true, false],
      ['own', true, false],
      ['own', true, false],
      ['all', true, false],
    ]);
    for (const { privateFields } of reasons) expect(privateFields).toEqual(['purse', 'plan']);
  });

  test('or is not, is the interest of its table', () => {
    const { add, why, show } = visit();
    const ids = {
      near: add('people', { x: 1_050, y: 1_000, team: 2 }),
      far: add('people', { x: 1_500, y: 1_000, team: 1 }),
      team: add('spies', { team: 1 }),
      otherTeam: add('spies', { team: 2 }),
      noTeam: add('spies', {}),
      chosen: add('letters', { mood: 1 }),
      notChosen: add('letters', { mood: 2, team: 1 }),
      sign: add('signs', { team: 1 }),
    };
    show();
    const told = { isTold: true, isWaiting: false };
    const untold = { isTold: false, isWaiting: false, privateFields: [] };
    expect(why('people', ids.near)).toEqual({ ...told, because: 'near', privateFields: [] });
    expect(why('people', ids.far)).toEqual({ ...untold, because: 'far' });
    expect(why('spies', ids.team)).toEqual({ ...told, because: 'team', privateFields: ['plan'] });
    expect(why('spies', ids.otherTeam)).toEqual({ ...untold, because: 'other-team' });
    expect(why('spies', ids.noTeam)).toEqual({ ...untold, because: 'other-team' });
    expect(why('letters', ids.chosen)).toEqual({ ...told, because: 'custom', privateFields: [] });
    expect(why('letters', ids.notChosen)).toEqual({ ...untold, because: 'not-chosen' });
    expect(why('signs', ids.sign)).toEqual({ ...told, because: 'all', privateFields: ['plan'] });
  });

  test('is none for a row that is gone, was never there, was not published yet, or where nobody is connected', () => {
    const { audience, add, me, why, show } = visit();
    const gone = add('signs', {});
    show();
    audience.state.table('signs').remove(audience.state.table('signs').get(gone) as never);
    show();
    add('signs', {});
    const unpublished = add('signs', {});
    show();
    const reborn = add('signs', {});
    for (const id of [0, gone, 0xffff, 0x7fff_0001, reborn]) {
      expect(why('signs', id)).toEqual({ isTold: false, because: 'gone', isWaiting: false, privateFields: [] });
    }
    expect(why('signs', unpublished).because).toBe('all');
    const { replication, state } = audience;
    expect(explain(replication, state.table('people'), me, null)).toMatchObject({
      isTold: false,
      because: 'no-player',
    });
  });

  test('tells what is still to come for a player who is behind, or whose budget is spent', () => {
    const { audience, watcher, add, why, show } = visit(256);
    const sign = add('signs', {});
    const near = Array.from({ length: 60 }, (_, index) => add('people', { x: 1_000 + index, y: 1_000 }));
    show();
    expect(why('signs', sign)).toMatchObject({ isTold: true, isWaiting: false });
    for (const id of near) Object.assign(audience.state.table('people').get(id) ?? {}, { y: 1_010, mood: 9 });
    show();
    const waiting = near.filter((id) => why('people', id).isWaiting);
    expect(waiting.length).toBeGreaterThan(20);
    expect(waiting.every((id) => !why('people', id).isTold && why('people', id).because === 'near')).toBe(true);
    for (let i = 0; i < 100; i++) show();
    expect(near.filter((id) => why('people', id).isWaiting)).toEqual([]);
    Object.assign(audience.state.table('signs').get(sign) ?? {}, { x: 5 });
    audience.publish();
    audience.publish();
    Object.assign(audience.state.table('signs').get(sign) ?? {}, { x: 6 });
    audience.publish();
    expect(why('signs', sign)).toMatchObject({ isTold: false, isWaiting: true });
    audience.take(watcher);
    expect(why('signs', sign)).toMatchObject({ isTold: true, isWaiting: false });
  });
});
