import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { Chat, type ChatLine, type Relayed, type Speaker } from './chat.ts';

interface Player extends Speaker {
  team: number;
}

let stays = 0;
const player = (name: string, { user = null as string | null, team = 0 } = {}): Player => {
  return { id: ++stays, name, team, user };
};

/** A room whose chat these players have entered. */
function room<P extends readonly Player[]>(...players: P) {
  const clock = new VirtualClock();
  const chat = new Chat<Player>({ clock });
  for (const one of players) chat.enter(one);
  return { clock, chat, players };
}

const names = ({ receivers }: Relayed<Player>): readonly string[] => receivers.map(({ name }) => name);
const texts = (lines: readonly ChatLine[]): readonly string[] => lines.map(({ text }) => text);
const badChat = (reason: string) => expect.objectContaining({ code: 'BAD_CHAT', details: { reason } });

describe('who hears what', () => {
  test('a line goes to everybody, its speaker and who has just lost the connection included', () => {
    const [ann, bob] = [player('Ann'), player('Bob')];
    const { chat } = room(ann, bob);
    const relayed = chat.say(ann, '  hi  there ', 'all');
    expect(relayed.line).toEqual({
      number: 1,
      from: { id: ann.id, name: 'Ann' },
      text: 'hi there',
      isForTeam: false,
    });
    expect(names(relayed)).toEqual(['Ann', 'Bob']);
    chat.leave(bob);
    expect(names(chat.say(ann, 'alone', 'all'))).toEqual(['Ann']);
  });

  test('a line to the team goes to who is on it at that moment, and to nobody as history who was not', () => {
    const [ann, bob, cid] = [player('Ann', { team: 1 }), player('Bob', { team: 1 }), player('Cid', { team: 2 })];
    const { chat } = room(ann, bob, cid);
    const relayed = chat.say(ann, 'left flank', 'team');
    expect(names(relayed)).toEqual(['Ann', 'Bob']);
    expect(relayed.line.isForTeam).toBe(true);
    cid.team = 1;
    const dee = player('Dee', { team: 1 });
    chat.enter(dee);
    expect([ann, bob, cid, dee].map((one) => texts(chat.history(one)))).toEqual([
      ['left flank'],
      ['left flank'],
      [],
      [],
    ]);
    expect(names(chat.say(ann, 'now the right', 'team'))).toEqual(['Ann', 'Bob', 'Cid', 'Dee']);
  });

  test('who is on no team has none to speak to', () => {
    const [ann, bob] = [player('Ann'), player('Bob')];
    const { chat } = room(ann, bob);
    expect(() => chat.say(ann, 'psst', 'team')).toThrow(badChat('you are on no team'));
  });

  test('the room speaks to all, or to some', () => {
    const [ann, bob] = [player('Ann'), player('Bob')];
    const { chat } = room(ann, bob);
    expect(names(chat.announce('Round 2'))).toEqual(['Ann', 'Bob']);
    const aside = chat.announce('You are next', [bob]);
    expect(aside.line.from).toBeNull();
    expect(names(aside)).toEqual(['Bob']);
    expect(texts(chat.history(ann))).toEqual(['Round 2']);
    expect(texts(chat.history(bob))).toEqual(['Round 2', 'You are next']);
  });
});

describe('[GA11] too much', () => {
  test('five lines come at once and one a second after that', () => {
    const ann = player('Ann');
    const { chat, clock } = room(ann);
    const say = (text: string): unknown => chat.say(ann, text, 'all');
    for (const text of 'abcde') say(text);
    expect(() => say('f')).toThrow(badChat('you say more than 1 a second'));
    clock.advance(999);
    expect(() => say('f')).toThrow(badChat('you say more than 1 a second'));
    clock.advance(1);
    say('f');
    expect(() => say('g')).toThrow(badChat('you say more than 1 a second'));
    clock.advance(3_600_000);
    for (const text of 'ghijk') say(text);
    expect(() => say('l')).toThrow(badChat('you say more than 1 a second'));
  });

  test('the same line is refused the third time in a row, whatever white space is in it', () => {
    const ann = player('Ann');
    const { chat, clock } = room(ann);
    chat.say(ann, 'buy  gold', 'all');
    chat.say(ann, 'buy gold ', 'all');
    expect(() => chat.say(ann, 'buy gold', 'all')).toThrow(badChat('you have said it 2 times in a row'));
    chat.say(ann, 'yes', 'all');
    chat.say(ann, 'buy gold', 'all');
    chat.say(ann, 'buy gold', 'all');
    clock.advance(30_000);
    chat.say(ann, 'buy gold', 'all');
  });

  test('what is refused as text costs none of the lines', () => {
    const ann = player('Ann');
    const { chat } = room(ann);
    for (let i = 0; i < 20; i++) expect(() => chat.say(ann, 'x'.repeat(10_240), 'all')).toThrow();
    for (const text of 'abcde') chat.say(ann, text, 'all');
  });

  test('the history is the newest fifty lines, and fewer where they are long', () => {
    const ann = player('Ann');
    const { chat, clock } = room(ann);
    const say = (text: string): void => {
      clock.advance(1000);
      chat.say(ann, text, 'all');
    };
    for (let i = 1; i <= 60; i++) say(`line ${i}`);
    const bob = player('Bob');
    chat.enter(bob);
    expect(texts(chat.history(bob))).toEqual(Array.from({ length: 50 }, (_, i) => `line ${i + 11}`));
    for (let i = 1; i <= 50; i++) say(`${i} ${'😀'.repeat(190)}`);
    const long = chat.history(bob);
    expect(long.at(-1)?.number).toBe(110);
    expect(long).toHaveLength(21);
  });
});

describe('mute', () => {
  test('a muted player says nothing for as long as that, and hears', () => {
    const [ann, bob] = [player('Ann'), player('Bob')];
    const { chat, clock } = room(ann, bob);
    chat.mute(ann, 60_000);
    clock.advance(59_500);
    expect(() => chat.say(ann, 'hi', 'all')).toThrow(
      expect.objectContaining({ code: 'MUTED', message: 'You are muted here for another 1 s.' }),
    );
    expect(names(chat.say(bob, 'hi', 'all'))).toEqual(['Ann', 'Bob']);
    clock.advance(500);
    chat.say(ann, 'hi', 'all');
  });

  test('a mute for good ends when it is lifted', () => {
    const ann = player('Ann');
    const { chat, clock } = room(ann);
    chat.mute(ann, null);
    clock.advance(10 * 24 * 3_600_000);
    expect(() => chat.say(ann, 'hi', 'all')).toThrow(
      expect.objectContaining({ code: 'MUTED', details: { leftMs: null } }),
    );
    chat.mute(ann, 0);
    chat.say(ann, 'hi', 'all');
  });

  test('a user stays muted on another seat and after leaving; nobody in particular is somebody new', () => {
    const [ann, guest] = [player('Ann', { user: 'u1' }), player('Guest')];
    const { chat } = room(ann, guest);
    chat.mute(ann, null);
    chat.mute(guest, null);
    for (const one of [ann, guest]) chat.leave(one);
    const [again, other] = [player('Annie', { user: 'u1' }), player('Guest')];
    for (const one of [again, other]) chat.enter(one);
    expect(() => chat.say(again, 'hi', 'all')).toThrow(expect.objectContaining({ code: 'MUTED' }));
    chat.say(other, 'hi', 'all');
  });

  test('a user on two seats is muted on both, and leaving one of them changes nothing', () => {
    const [one, two] = [player('Ann', { user: 'u1' }), player('Ann', { user: 'u1' })];
    const { chat } = room(one, two);
    chat.mute(one, null);
    chat.leave(one);
    expect(() => chat.say(two, 'hi', 'all')).toThrow(expect.objectContaining({ code: 'MUTED' }));
  });
});

describe('[GA11] block', () => {
  test('a blocked player is not heard, now or as history, and is told nothing of it', () => {
    const [ann, bob, cid] = [player('Ann'), player('Bob'), player('Cid')];
    const { chat } = room(ann, bob, cid);
    chat.say(bob, 'before', 'all');
    chat.block(ann, bob);
    expect(names(chat.say(bob, 'after', 'all'))).toEqual(['Bob', 'Cid']);
    expect(names(chat.say(ann, 'peace', 'all'))).toEqual(['Ann', 'Bob', 'Cid']);
    expect(texts(chat.history(ann))).toEqual(['peace']);
    expect(texts(chat.history(cid))).toEqual(['before', 'after', 'peace']);
    chat.unblock(ann, bob);
    expect(names(chat.say(bob, 'sorry', 'all'))).toEqual(['Ann', 'Bob', 'Cid']);
  });

  test('the last words of a blocked player who has left are not heard either', () => {
    const [ann, bob] = [player('Ann'), player('Bob')];
    const { chat } = room(ann, bob);
    chat.block(ann, bob);
    chat.say(bob, 'bye', 'all');
    chat.leave(bob);
    expect(chat.history(ann)).toEqual([]);
  });

  test('a blocked user stays blocked when either of the two leaves and joins again', () => {
    const [ann, bob] = [player('Ann', { user: 'a' }), player('Bob', { user: 'b' })];
    const { chat } = room(ann, bob);
    chat.block(ann, bob);
    chat.leave(bob);
    const bobby = player('Bobby', { user: 'b' });
    chat.enter(bobby);
    expect(names(chat.say(bobby, 'me again', 'all'))).toEqual(['Bobby']);
    chat.leave(ann);
    const anna = player('Anna', { user: 'a' });
    chat.enter(anna);
    expect(names(chat.say(bobby, 'hello?', 'all'))).toEqual(['Bobby']);
    expect(chat.history(anna)).toEqual([]);
  });

  test('a user who leaves and joins again has still blocked one who is nobody in particular', () => {
    const [ann, guest] = [player('Ann', { user: 'a' }), player('Guest')];
    const { chat } = room(ann, guest);
    chat.block(ann, guest);
    chat.leave(ann);
    const anna = player('Anna', { user: 'a' });
    chat.enter(anna);
    expect(names(chat.say(guest, 'hello?', 'all'))).toEqual(['Guest']);
  });

  test('64 players can be blocked; those whose stay is over make room', () => {
    const ann = player('Ann');
    const { chat } = room(ann);
    const guests = Array.from({ length: 64 }, (_, i) => player(`guest ${i}`));
    for (const one of guests) {
      chat.enter(one);
      chat.block(ann, one);
    }
    const [first, last] = [guests[0] ?? ann, player('Zoe')];
    chat.enter(last);
    chat.block(ann, first);
    expect(() => chat.block(ann, last)).toThrow(expect.objectContaining({ code: 'REFUSED' }));
    chat.leave(first);
    chat.block(ann, last);
    expect(names(chat.say(last, 'hi', 'all'))).not.toContain('Ann');
  });

  test('of users who have left, the newest 256 that matter are remembered', () => {
    const { chat } = room();
    const join = (user: string): Player => {
      const one = player(user, { user });
      chat.enter(one);
      return one;
    };
    for (let i = 0; i < 300; i++) {
      const one = join(`muted ${i}`);
      chat.mute(one, null);
      chat.leave(one);
      chat.leave(join(`quiet ${i}`));
    }
    expect(() => chat.say(join('muted 44'), 'hi', 'all')).toThrow(expect.objectContaining({ code: 'MUTED' }));
    chat.say(join('muted 43'), 'hi', 'all');
  });
});

/** What players do; which of them a number means depends on who is there. */
const anyDeed = fc.record({
  kind: fc.constantFrom('enter', 'leave', 'return', 'block', 'unblock', 'team', 'say', 'say', 'say to team'),
  who: fc.nat(99),
  whom: fc.nat(99),
});

test('[GA11] whatever players do, nobody receives or reads what is not for it', () => {
  fc.assert(
    fc.property(fc.array(anyDeed, { maxLength: 120 }), (deeds) => {
      const { chat, clock } = room();
      const present: Player[] = [];
      /** Who has blocked whom, by user or stay; kept for ever, which within these few deeds the chat does as well. */
      const blocks = new Map<unknown, Set<unknown>>();
      const blockedBy = (one: Player): Set<unknown> => {
        const identity = one.user ?? one;
        const blocked = blocks.get(identity) ?? new Set();
        blocks.set(identity, blocked);
        return blocked;
      };
      const said: { text: string; from: Player; team: readonly Player[] | null }[] = [];
      const mayRead = (one: Player, { from, team }: (typeof said)[number]): boolean =>
        !blockedBy(one).has(from.user ?? from) && (team === null || team.includes(one));

      for (const { kind, who, whom } of deeds) {
        clock.advance(1000);
        const one = present[who % Math.max(1, present.length)];
        const other = present[whom % Math.max(1, present.length)];
        if (kind === 'enter' || one === undefined || other === undefined) {
          const user = who % 3 === 0 ? null : `user ${who % 5}`;
          if (present.some((here) => user !== null && here.user === user)) continue;
          const entering = player(`player ${who}`, { user, team: whom % 3 });
          chat.enter(entering);
          present.push(entering);
          continue;
        }
        switch (kind) {
          case 'leave':
            chat.leave(one);
            present.splice(present.indexOf(one), 1);
            break;
          case 'block':
            chat.block(one, other);
            if (one !== other) blockedBy(one).add(other.user ?? other);
            break;
          case 'unblock':
            chat.unblock(one, other);
            blockedBy(one).delete(other.user ?? other);
            break;
          case 'team':
            one.team = whom % 3;
            break;
          case 'say':
          case 'say to team': {
            const isForTeam = kind === 'say to team' && one.team !== 0;
            const text = `line ${said.length + 1}`;
            const team = isForTeam ? present.filter(({ team: its }) => its === one.team) : null;
            const line = { text, from: one, team };
            said.push(line);
            const { receivers } = chat.say(one, text, isForTeam ? 'team' : 'all');
            expect(new Set(receivers)).toEqual(new Set(present.filter((hearer) => mayRead(hearer, line))));
            break;
          }
        }
        for (const reader of present) {
          const may = said.slice(-50).filter((line) => mayRead(reader, line));
          expect(texts(chat.history(reader))).toEqual(may.map(({ text }) => text));
        }
      }
    }),
    { numRuns: 300 },
  );
});
