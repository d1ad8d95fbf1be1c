/** The line under a seat, in virtual time, with a server that answers or does not. */
import { ERRORS, type ErrorCode, encodeRefusal, GameError, isErrorCode } from '@madang/core';
import { ParticipantClock, VirtualClock } from '@madang/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LinkEvents } from './link.ts';
import { HandPage } from './room.test-support.ts';
import { SeatLine } from './seat-line.ts';

const PING = Uint8Array.of(1);
const JOIN = Uint8Array.of(2);
const BYE = Uint8Array.of(3);
const GRACE_MS = 20_000;

/** Answers nothing by itself; `chance` is what every draw gives. */
function lineOf(chance: () => number = () => 1) {
  const world = new VirtualClock();
  const timers = new ParticipantClock(world);
  const page = new HandPage();
  const lines: { on: LinkEvents; openedAtMs: number; closed: number }[] = [];
  const sent: { frame: Uint8Array; atMs: number }[] = [];
  const told: string[] = [];
  const line = new SeatLine({
    timers,
    attention: page,
    random: chance,
    open: (on) => {
      const one = { on, openedAtMs: world.nowMs(), closed: 0 };
      lines.push(one);
      return {
        send: (frame) => void sent.push({ frame, atMs: world.nowMs() }),
        close: () => {
          one.closed++;
          on.closed(1000, '');
        },
      };
    },
    request: async () => JOIN,
    ping: () => PING,
    frame: () => {},
    broke: () => told.push('broke'),
    ended: ({ code }) => told.push(code),
  });
  const last = () => lines.at(-1) ?? { on: null, openedAtMs: 0, closed: 0 };
  return {
    line,
    lines,
    sent,
    told,
    page,
    timers,
    world,
    /** The last line breaks or is closed; before that the server may say why. */
    close: (why?: GameError) => {
      if (why !== undefined) line.reason = why;
      last().on?.closed(1006, '');
    },
    /** The server takes the player in. */
    settle: async (graceMs = GRACE_MS) => {
      last().on?.open();
      await world.settle();
      last().on?.frame(Uint8Array.of(9));
      line.settled(graceMs);
    },
    hear: () => last().on?.frame(Uint8Array.of(9)),
    pings: () => sent.filter(({ frame }) => frame === PING).map(({ atMs }) => atMs),
    wait: (ms: number) => world.advanceAsync(ms),
    /** Nothing is left of it. */
    leftovers: () => [timers.pending, page.listeners],
  };
}

async function settledLine(chance?: () => number) {
  const made = lineOf(chance);
  made.line.open();
  await made.settle();
  made.sent.length = 0;
  return made;
}

const codes: readonly ErrorCode[] = Object.keys(ERRORS).filter(isErrorCode);
const reasonOf = (code: ErrorCode, details: object = {}): GameError =>
  new GameError(code, 'because', details as GameError['details']);

describe('coming back', () => {
  test('[CL05] waits are drawn from all of what there is, twice as long each time, and never above ten seconds', async () => {
    const chances = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 20, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chances, async (drawn) => {
        const left = [...drawn];
        const made = await settledLine(() => left.shift() ?? 0.5);
        const waited: number[] = [];
        for (;;) {
          const closedAtMs = made.world.nowMs();
          const count = made.lines.length;
          made.close();
          if (made.told.includes('LINK_LOST')) break;
          // Up to the moment at which it opens the next one.
          while (made.lines.length === count && made.world.step(closedAtMs + 10_001));
          expect(made.lines.length).toBe(count + 1);
          waited.push((made.lines.at(-1)?.openedAtMs ?? 0) - closedAtMs);
        }
        for (const [index, ms] of waited.entries()) {
          expect(ms).toBeCloseTo((drawn[index] ?? 0.5) * Math.min(10_000, 250 * 2 ** index), 1);
        }
        // A seat that is held for 20 s is asked for at least 30 s long.
        expect(made.world.nowMs()).toBeGreaterThanOrEqual(30_000);
        expect(made.told).toEqual(['broke', 'LINK_LOST']);
        expect(made.leftovers()).toEqual([0, 0]);
      }),
      { numRuns: 30 },
    );
  });

  test('a seat that is held for longer is asked for as long as it is held', async () => {
    const made = lineOf();
    made.line.open();
    await made.settle(120_000);
    made.close();
    while (!made.told.includes('LINK_LOST')) {
      await made.wait(10_001);
      made.close();
    }
    expect(made.world.nowMs()).toBeGreaterThanOrEqual(120_000);
    expect(made.world.nowMs()).toBeLessThan(150_000);
  });

  test('[CL05] who is told to wait waits, also when the machine has a network again', async () => {
    const made = await settledLine(() => 0.5);
    made.close(reasonOf('SERVER_BUSY', { retryAfterMs: 5_000 }));
    made.page.online();
    made.line.hurry();
    await made.wait(5_000);
    expect(made.lines.length).toBe(1);
    made.page.online();
    expect(made.lines.length).toBe(2);
    made.close(reasonOf('SERVER_BUSY', { retryAfterMs: 5_000 }));
    await made.wait(5_249);
    expect(made.lines.length).toBe(2);
    await made.wait(2);
    expect(made.lines.length).toBe(3);
  });

  test.each([
    ['no time', 'soon', 0],
    ['a time before now', -1, 0],
    ['a day', 86_400_000, 30_000],
  ])('a server that asks to wait for %s is taken at its word within reason', async (_, retryAfterMs, atLeastMs) => {
    const made = await settledLine(() => 0);
    made.close(reasonOf('SERVER_BUSY', { retryAfterMs }));
    if (atLeastMs > 0) await made.wait(atLeastMs - 1);
    expect(made.lines.length).toBe(1);
    await made.wait(2);
    expect(made.lines.length).toBe(2);
  });

  test('a seat whose line has a reason to stop is over at once; all other ends are tried again', async () => {
    const comesBack: readonly string[] = [
      'LINK_LOST',
      'TOO_SLOW',
      'JOIN_TIMEOUT',
      'PARTIAL_MESSAGE',
      'SESSION_EXPIRED',
    ];
    for (const code of codes) {
      const made = await settledLine();
      made.close(reasonOf(code));
      const isBack = comesBack.includes(code) || ERRORS[code].then === 'retry-later';
      expect([code, made.told]).toEqual([code, isBack ? ['broke'] : [code]]);
      if (!isBack) expect(made.leftovers()).toEqual([0, 0]);
      await made.wait(60_000);
      expect(made.lines.length > 1).toBe(isBack);
    }
    expect(codes.filter((code) => ERRORS[code].then === 'stop').some((code) => comesBack.includes(code))).toBe(false);
  });

  test('[CL06] who was replaced does not fight for the seat', async () => {
    const made = await settledLine();
    made.close(reasonOf('REPLACED', { roomId: 'room' }));
    made.page.online();
    await made.wait(60_000);
    expect([made.told, made.lines.length]).toEqual([['REPLACED'], 1]);
  });

  test('[CL03] a seat that is gone meanwhile, and an identity that has expired for good, are told as they are', async () => {
    for (const code of ['SEAT_GONE', 'SESSION_EXPIRED', 'BANNED'] as const) {
      const made = await settledLine();
      made.close();
      await made.wait(300);
      made.close(reasonOf(code));
      expect([made.told, made.leftovers()]).toEqual([
        ['broke', code],
        [0, 0],
      ]);
    }
  });

  test('a first join is not tried again, whatever ended it', async () => {
    for (const code of codes) {
      const made = lineOf();
      made.line.open();
      made.close(reasonOf(code));
      expect([made.told, made.lines.length, ...made.leftovers()]).toEqual([[code], 1, 0, 0]);
    }
  });

  test('a line that breaks as soon as it is there is tried later and later; one that lived is tried at once', async () => {
    const made = await settledLine();
    const waits: number[] = [];
    for (const livedMs of [0, 0, 0, 0, 11_000, 0]) {
      for (let ms = 0; ms < livedMs; ms += 1_000) {
        await made.wait(1_000);
        made.hear();
      }
      const closedAtMs = made.world.nowMs();
      made.close();
      await made.wait(10_001);
      waits.push(Math.round((made.lines.at(-1)?.openedAtMs ?? 0) - closedAtMs));
      await made.settle();
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 250, 500]);
  });

  test('[CL02] a machine that has a network again tries at once', async () => {
    const made = await settledLine();
    for (let i = 0; i < 5; i++) {
      made.close();
      await made.wait(4_001);
    }
    made.close();
    const count = made.lines.length;
    made.page.online();
    expect(made.lines.length).toBe(count + 1);
    // One that is on the way already is not given up for it.
    made.page.online();
    expect(made.lines.length).toBe(count + 1);
  });

  test('[CL08] a line that does not open, or is not answered, is given up for another one after ten seconds', async () => {
    const made = await settledLine(() => 0);
    made.close();
    await made.wait(1);
    expect(made.lines.length).toBe(2);
    await made.wait(10_000);
    expect(made.lines.map(({ closed }) => closed)).toEqual([0, 1, 0]);
  });
});

describe('watching', () => {
  test('[CL04] a line whose other end is gone without a word is given up within 15 s', async () => {
    const made = await settledLine();
    const atMs = made.world.nowMs();
    await made.wait(15_000);
    expect(made.told).toEqual(['broke']);
    expect(made.lines[0]?.closed).toBe(1);
    expect(made.pings().length).toBe(1);
    expect((made.pings()[0] ?? 0) - atMs).toBeGreaterThanOrEqual(4_000);
  });

  test('a line on which something is heard now and then is not asked; one that answers stays', async () => {
    const made = await settledLine();
    for (let second = 0; second < 60; second += 3) {
      await made.wait(3_000);
      made.hear();
    }
    expect(made.pings()).toEqual([]);
    for (let second = 0; second < 60; second++) {
      const asked = made.pings().length;
      await made.wait(1_000);
      if (made.pings().length > asked) made.hear();
    }
    expect(made.pings().length).toBeGreaterThan(5);
    expect([made.told, made.lines.length]).toEqual([[], 1]);
  });

  test('[CL07] whoever slept asks before it gives the line up, however long ago it had asked', async () => {
    const made = await settledLine();
    await made.wait(7_000);
    expect(made.pings().length).toBe(1);
    made.timers.sleep(3_600_000);
    await made.wait(3_600_000);
    await made.wait(100);
    expect([made.told, made.pings().length]).toEqual([[], 2]);
    made.hear();
    await made.wait(5_000);
    expect(made.told).toEqual([]);
    // And is not fooled by one that is dead.
    made.timers.sleep(3_600_000);
    await made.wait(3_600_000 + 11_000);
    expect(made.told).toEqual(['broke']);
  });

  test('[CL01] a hidden page asks nothing; it asks when it is seen again', async () => {
    const made = await settledLine();
    made.page.hide(true);
    await made.wait(600_000);
    expect([made.pings(), made.told]).toEqual([[], []]);
    made.page.hide(false);
    made.line.hurry();
    expect(made.pings().length).toBe(1);
    await made.wait(9_000);
    expect(made.told).toEqual(['broke']);
  });

  test('[CL04] a machine that has another network does not wait for the line of before: it opens another one', async () => {
    const made = await settledLine(() => 1);
    made.page.online();
    expect([made.told, made.lines[0]?.closed]).toEqual([['broke'], 1]);
    await made.wait(251);
    expect([made.lines.length, made.pings()]).toEqual([2, []]);
    await made.settle();
    expect(made.told).toEqual(['broke']);
  });

  test('somebody who looks again has the line asked at once, and only once', async () => {
    const made = await settledLine();
    made.line.hurry();
    made.line.hurry();
    expect(made.pings().length).toBe(1);
    await made.wait(8_001);
    expect(made.told).toEqual(['broke']);
  });
});

describe('[CL14] leaving', () => {
  test('nothing is left behind, whenever it happens, and LEFT is what it says', async () => {
    const moments: Record<string, (made: Awaited<ReturnType<typeof settledLine>>) => unknown> = {
      'while it waits': ({ close }) => close(),
      'while another line opens': async ({ close, wait }) => {
        close();
        await wait(300);
      },
      'while another line is not answered': async ({ close, wait, lines }) => {
        close();
        await wait(300);
        lines.at(-1)?.on.open();
        await wait(0);
      },
      'while it is asked whether it lives': ({ wait }) => wait(7_000),
      'while the page is hidden': ({ page }) => page.hide(true),
      'while all is well': () => {},
    };
    for (const [moment, come] of Object.entries(moments)) {
      const made = await settledLine();
      await come(made);
      made.line.leave(BYE, 'room');
      made.line.leave(BYE, 'room');
      const byes = made.sent.filter(({ frame }) => frame === BYE).length;
      await made.wait(6_001);
      made.page.online();
      made.close();
      await made.wait(60_000);
      expect([moment, made.told.filter((what) => what !== 'broke')]).toEqual([moment, ['LEFT']]);
      expect([byes, ...made.leftovers()]).toEqual([made.told.includes('broke') ? 0 : 1, 0, 0]);
      expect(made.lines.length).toBeLessThan(3);
    }
  });

  test('a line that closes twice, or speaks after it was given up, is heard once and no more', async () => {
    const made = await settledLine();
    const [first] = made.lines;
    made.close();
    first?.on.closed(1006, '');
    first?.on.open();
    first?.on.frame(Uint8Array.of(9));
    await made.wait(300);
    expect([made.told, made.lines.length, made.sent.length]).toEqual([['broke'], 2, 0]);
    first?.on.closed(1006, '');
    expect(made.lines.length).toBe(2);
    await made.settle();
    made.line.give(reasonOf('BAD_FRAME', { reason: 'x', offset: 0 }));
    expect(made.told).toEqual(['broke', 'BAD_FRAME']);
  });

  test('who it is is asked while the line is on its way; a line that is gone by then gets nothing', async () => {
    const made = await settledLine();
    made.close();
    await made.wait(300);
    const [, second] = made.lines;
    second?.on.open();
    made.close();
    await made.wait(0);
    expect(made.sent).toEqual([]);
  });
});

test('what a close says by itself is its reason where the server names one of ours', async () => {
  for (const [closeCode, reason, code] of [
    [1012, 'SERVER_STOPPING', undefined],
    [4409, 'REPLACED', 'REPLACED'],
    [1009, '', 'MESSAGE_TOO_LARGE'],
    [1006, 'no code of ours', undefined],
    [1006, encodeRefusal(reasonOf('KICKED')).toString(), undefined],
  ] as const) {
    const made = await settledLine();
    made.lines[0]?.on.closed(closeCode, reason);
    expect(made.told).toEqual([code ?? 'broke']);
  }
});
