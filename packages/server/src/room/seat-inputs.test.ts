import { type InputReport, type SeededRandom, seededRandom, u8, type ValuesOf } from '@madang/core';
import { INPUTS_AHEAD_MAX, InputTimeline, RunningEstimate, SteeredClock } from '@madang/core/netcode';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeatInputs } from './seat-inputs.ts';

const fields = { x: u8, jump: u8 };
type Input = ValuesOf<typeof fields>;

const nothing: Input = { x: 0, jump: 0 };
const of = (x: number): Input => ({ x, jump: 0 });

/** The inputs of a seat, whose room has just played tick `tick`: what comes now is for `tick + 1` at the soonest. */
function seat({ tick = 10, ticksPerSending = 1, tickRateHz = 20 } = {}) {
  const inputs = new SeatInputs({ neutral: nothing, tickRateHz, ticksPerSending, mayLookBack: true });
  return {
    inputs,
    get tick() {
      return tick;
    },
    /** Half a tick after the last one, unless said otherwise. */
    takes: (forTick: number, x: number, position = tick + 0.5): void =>
      inputs.take({ tick: forTick, seenTick: tick - 2, viewDelayTicks: 3, input: of(x) }, tick, position),
    /** Plays the next ticks and answers what was held in each. */
    plays: (count = 1): number[] => Array.from({ length: count }, () => (inputs.play(++tick) as Input).x),
    reports: (position = tick): InputReport | null => inputs.report(tick, position),
  };
}

describe('an input', () => {
  test('counts from the tick it is addressed to until the next one does', () => {
    const { takes, plays } = seat();
    takes(12, 1);
    takes(15, 2);
    expect(plays(7)).toEqual([0, 1, 1, 1, 2, 2, 2]);
  });

  test('that comes after its tick counts from the next one on, and its client is told so', () => {
    const { takes, plays, reports } = seat();
    takes(8, 1);
    expect(plays(2)).toEqual([1, 1]);
    expect(reports()).toEqual({
      at: 12,
      tick: 8,
      marginTicks: -2.5,
      heldTicks: 1.5,
      late: [{ tick: 8, appliedAt: 11 }],
    });
  });

  test('from further ahead than anybody’s latency is void, and its client is told so', () => {
    const { takes, plays, reports } = seat();
    takes(10 + INPUTS_AHEAD_MAX, 1);
    takes(11 + INPUTS_AHEAD_MAX, 2);
    expect(reports()?.late).toEqual([{ tick: 11 + INPUTS_AHEAD_MAX, appliedAt: 0 }]);
    expect(plays(INPUTS_AHEAD_MAX + 2).slice(-3)).toEqual([1, 1, 1]);
  });

  test('addressed to an earlier tick than the one before it makes that one void: its sender’s clock went back', () => {
    const { takes, plays } = seat();
    takes(14, 1);
    takes(12, 2);
    expect(plays(5)).toEqual([0, 2, 2, 2, 2]);
  });

  test('that comes late makes void what came late before it, and both are told', () => {
    const { takes, plays, reports } = seat();
    takes(8, 1);
    takes(9, 2);
    takes(11, 3);
    expect(plays()).toEqual([3]);
    expect(reports()?.late).toEqual([
      { tick: 8, appliedAt: 0 },
      { tick: 9, appliedAt: 0 },
    ]);
  });

  test('[GA04] of 200 that come in one go after a lag is one of at most 64 that wait, and none is played faster', () => {
    const { takes, plays, reports } = seat();
    for (let i = 0; i < 200; i++) takes(i, i);
    // Those for ticks that are over come to the last of them, which counts for one tick; the others wait for theirs.
    expect(plays(70)).toEqual(Array.from({ length: 70 }, (_, i) => Math.min(11 + i, 10 + INPUTS_AHEAD_MAX)));
    expect(reports()?.late).toHaveLength(64);
  });
});

describe('a seat that several gateways could feed', () => {
  test('holds an input without a time from the next tick on, over whatever was addressed to later ticks', () => {
    const { inputs, takes, plays } = seat();
    takes(12, 1);
    inputs.hold(of(2), 10);
    expect(plays(3)).toEqual([2, 2, 2]);
    takes(15, 3);
    expect(plays(3)).toEqual([2, 3, 3]);
    expect(inputs.viewTick).not.toBeNull();
    inputs.hold(of(4), 16);
    plays();
    expect(inputs.viewTick).toBeNull();
  });

  test('answers as its latest the one that was given last, played or not', () => {
    const { inputs, takes, plays } = seat();
    takes(14, 1);
    expect([inputs.latest, inputs.held]).toEqual([of(1), nothing]);
    inputs.hold(of(2), 10);
    expect(inputs.latest).toEqual(of(2));
    plays();
    expect(inputs.held).toEqual(of(2));
  });

  test('plays a word for one tick over what is held, one word a tick, sixteen at most', () => {
    const { inputs, takes } = seat();
    takes(11, 5);
    expect(Array.from({ length: 17 }, () => inputs.press({ jump: 1 }))).toEqual([...new Array(16).fill(true), false]);
    expect(inputs.pressedCount).toBe(16);
    const played = Array.from({ length: 17 }, (_, i) => inputs.play(11 + i));
    expect(played).toEqual([...new Array(16).fill({ x: 5, jump: 1 }), of(5)]);
    expect(inputs.held).toEqual(of(5));
  });

  test('lets go of everything when its player is gone', () => {
    const { inputs, takes, plays } = seat();
    takes(11, 1);
    takes(13, 2);
    inputs.press({ jump: 1 });
    plays();
    inputs.release();
    expect([inputs.held, inputs.latest, inputs.pressedCount]).toEqual([nothing, nothing, 0]);
    expect(plays(4)).toEqual([0, 0, 0, 0]);
    expect(inputs.viewTick).toBeNull();
  });
});

describe('the report to a client', () => {
  test('tells of the input that came nearest to its tick, and how long that is ago', () => {
    const { takes, reports } = seat();
    takes(14, 1, 10.25);
    takes(15, 2, 12);
    takes(17, 3, 12.5);
    expect(reports(13)).toEqual({ at: 10, tick: 15, marginTicks: 3, heldTicks: 1, late: [] });
    expect(reports(13)).toBeNull();
  });

  test('comes at once for the first inputs, and then every 200 ms', () => {
    const room = seat({ tick: 0, tickRateHz: 60 });
    const reported: number[] = [];
    for (let i = 0; i < 60; i++) {
      room.plays();
      room.takes(room.tick + 3, 1);
      if (room.reports(room.tick + 0.75) !== null) reported.push(room.tick);
    }
    expect(reported.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(reported.slice(20)).toEqual([32, 44, 56]);
  });

  test('comes at once where an input was late, however soon after another', () => {
    const room = seat({ tick: 0, tickRateHz: 60 });
    for (let i = 0; i < 30; i++) {
      room.plays();
      room.takes(room.tick + 3, 1);
      room.reports();
    }
    room.takes(room.tick + 3, 1);
    expect(room.reports()).toBeNull();
    room.takes(room.tick, 1);
    expect(room.reports()?.late).toEqual([{ tick: 30, appliedAt: 31 }]);
  });

  test('is none where nothing came', () => {
    const { plays, reports } = seat();
    plays(100);
    expect(reports()).toBeNull();
  });

  test('tells of the last 64 late inputs, however many there were', () => {
    const room = seat();
    for (let i = 0; i < 1_000; i++) {
      room.takes(3, i & 1);
      room.plays();
    }
    const late = room.reports()?.late ?? [];
    expect(late).toHaveLength(64);
    expect(late.at(-1)).toEqual({ tick: 3, appliedAt: 1_010 });
  });
});

/** A client's move: how far its clock goes on, how long the line holds what it sends, and what it asks for. */
interface Move {
  readonly ticks: number;
  readonly delay: number;
  /** Null where it asks for nothing new. */
  readonly x: number | null;
  /** True where its clock finds the right time. */
  readonly isInTime?: boolean;
}

/**
 * Plays a script on a server and on its client, whose line keeps order. Answers per tick what the server played, and what
 * the client's timeline says of it once nothing for that tick or before is on its way any more.
 */
function playBoth(script: readonly Move[], ticksPerSending: number): { played: number[]; known: number[] } {
  const room = seat({ tick: 0, ticksPerSending });
  const timeline = new InputTimeline<Input>(nothing);
  const arrivals: { at: number; tick: number; x: number }[] = [];
  const played: number[] = [];
  const known: number[] = [];
  let clientTick = 4;
  let lineFreeAt = 0;
  script.forEach(({ ticks, delay, x, isInTime = false }, index) => {
    clientTick = isInTime ? room.tick + 30 : Math.max(1, clientTick + ticks);
    lineFreeAt = Math.max(lineFreeAt, index + delay);
    if (x !== null) {
      timeline.put(clientTick, of(x));
      arrivals.push({ at: lineFreeAt, tick: clientTick, x });
    }
    for (let next = arrivals[0]; next !== undefined && next.at <= index; next = arrivals[0]) {
      arrivals.shift();
      room.takes(next.tick, next.x);
    }
    played.push(...room.plays());
    if (room.tick % ticksPerSending !== 0) return;
    for (const late of room.reports()?.late ?? []) timeline.correct(late);
    const oldest = Math.min(...arrivals.map((one) => one.tick));
    for (let tick = known.length + 1; tick <= room.tick && tick < oldest; tick++) known.push(timeline.settle(tick).x);
  });
  return { played: played.slice(0, known.length), known };
}

const anyDelay = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 25 }));
const anyTicks = fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 4 }));
const WAIT: Move = { ticks: 1, delay: 0, x: null };
/** Inputs one after another, some of which wait for those before them on the line. */
const anyScript = fc
  .array(fc.record({ ticks: anyTicks, delay: anyDelay, x: fc.option(fc.nat({ max: 255 })) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((script) => [...script, ...new Array<Move>(60).fill(WAIT)]);
const anyWay = fc.record({ ticks: fc.integer({ min: -30, max: 30 }), delay: anyDelay, x: fc.nat({ max: 255 }) });

describe('what a client knows of its inputs', () => {
  test('is what the server plays in every tick, whenever its inputs come', () => {
    fc.assert(
      fc.property(anyScript, fc.integer({ min: 1, max: 4 }), (script, ticksPerSending) => {
        const { played, known } = playBoth(script, ticksPerSending);
        expect(known).toEqual(played);
      }),
      { numRuns: 300 },
    );
  });

  test('is what the server plays also where one late input follows another', () => {
    const script = [
      { ticks: 1, delay: 6, x: 5 },
      { ticks: 1, delay: 0, x: 1 },
      { ticks: 1, delay: 5, x: 5 },
      ...new Array<Move>(6).fill(WAIT),
    ];
    const { played, known } = playBoth(script, 1);
    expect(known).toEqual(played);
  });

  test('is what the server plays again once its clock has found its time, wherever it was before', () => {
    const steady = Array.from({ length: 2 * INPUTS_AHEAD_MAX }, (_, i) => ({ ticks: 1, delay: 0, x: i & 255 }));
    const found = { ticks: 0, delay: 0, x: 0, isInTime: true };
    fc.assert(
      fc.property(
        fc.array(anyWay, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        (script, ticksPerSending) => {
          const { played, known } = playBoth([...script, found, ...steady], ticksPerSending);
          expect(known.slice(-5)).toEqual(played.slice(-5));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what a player saw', () => {
  /** A seat that has had 400 inputs of a player with this latency, in ticks, each seen with a delay of 6 ticks. */
  function known(latency: number) {
    const room = seat({ tick: 0 });
    for (let i = 0; i < 400; i++) {
      room.plays();
      const at = room.tick;
      const seenTick = at - Math.min(at - 1, latency);
      room.inputs.take({ tick: at + 2, seenTick, viewDelayTicks: 6, input: of(1) }, at, at);
    }
    const claims = (viewDelayTicks: number, seenTick = room.tick - latency): number => {
      const at = room.tick;
      room.inputs.take({ tick: at + 2, seenTick, viewDelayTicks, input: of(2) }, at, at);
      room.plays(2);
      return (room.inputs.viewTick ?? Number.NaN) - room.tick;
    };
    /** Where it comes to with a delay that it claims again and again. */
    const settles = (viewDelayTicks: number): number => {
      for (let i = 0; i < 5; i++) claims(viewDelayTicks);
      return claims(viewDelayTicks);
    };
    return { ...room, claims, settles };
  }

  test('[GA06] is never much older than what it was shown before: nobody chooses shot by shot', () => {
    const { claims, settles } = known(4);
    expect(settles(0)).toBe(0);
    // A tick passes for each input that is played, and one more is granted.
    expect(claims(8)).toBe(-2);
    expect(claims(0)).toBe(0);
    expect(claims(8)).toBe(-2);
  });

  test('goes with its input and with all ticks in which it holds it', () => {
    const { claims, plays, inputs } = known(4);
    expect(claims(6)).toBe(-6);
    const at = inputs.viewTick ?? 0;
    plays(3);
    expect(inputs.viewTick).toBe(at + 3);
  });

  test('is with a late input what it was when it was given', () => {
    const room = known(4);
    const { tick, inputs } = room;
    inputs.take({ tick: tick - 3, seenTick: tick - 4, viewDelayTicks: 2.5, input: of(3) }, tick, tick + 0.5);
    room.plays();
    expect(inputs.viewTick).toBe(tick - 5.5);
    room.plays();
    expect(inputs.viewTick).toBe(tick + 2 - 2.5);
  });

  test('[GA06] is not believed further than its latency explains, and counted where it claims more', () => {
    const { settles, inputs } = known(4);
    // Two ticks ahead, four on the line, one and a half sendings on the screen, and a tick and 20 ms to spare.
    expect(settles(8.5)).toBe(-8.5);
    expect(inputs.distrusted).toBe(0);
    expect(settles(9.5)).toBeCloseTo(-8.9, 0);
    expect(inputs.distrusted).toBe(6);
    expect(settles(2 ** 28)).toBeCloseTo(-8.9, 0);
    expect(inputs.distrusted).toBe(12);
    expect(settles(6)).toBe(-6);
    expect(inputs.distrusted).toBe(12);
  });

  test('[GA06] is not believed further by one that claims to have seen only old states: what was seen stays so', () => {
    const { claims, inputs, tick } = known(4);
    for (let i = 0; i < 4; i++) expect(claims(20, tick - 30)).toBeGreaterThan(-12);
    expect(inputs.distrusted).toBeGreaterThan(0);
  });

  test('[GA06] is not older with an input for an old tick, however little delay it claims', () => {
    const room = known(4);
    const { tick, inputs } = room;
    inputs.take({ tick: tick - 40, seenTick: tick - 4, viewDelayTicks: 0, input: of(3) }, tick, tick);
    room.plays();
    expect((inputs.viewTick ?? 0) - tick).toBeCloseTo(-6.9, 0);
    expect(inputs.distrusted).toBe(1);
    room.plays();
    expect(inputs.viewTick).toBeGreaterThan(tick);
  });

  test('is what is newest for one that has seen no state', () => {
    const { inputs, plays } = seat({ tick: 0 });
    inputs.take({ tick: 2, seenTick: 0, viewDelayTicks: 50, input: of(1) }, 0, 0);
    plays(2);
    expect(inputs.viewTick).toBeNull();
  });

  test.each([1, 2 ** 32 - 1])('[GA06] is a number, whatever state is claimed to have been seen: %i', (seenTick) => {
    const { claims, inputs } = known(4);
    for (let i = 0; i < 50; i++) expect(claims(2 ** 28, seenTick)).toBeLessThanOrEqual(0);
    expect(Number.isFinite(inputs.viewTick)).toBe(true);
  });
});

/** One who plays honestly: the clocks of a client, as packages/client steers them. */
class Honest {
  readonly played: SteeredClock;
  readonly viewed: SteeredClock;
  seenTick = 0;
  readonly #tickMs: number;
  readonly #sendMs: number;
  readonly #arrival: RunningEstimate;
  readonly #lead = new RunningEstimate({ tolerance: 2, trustsLow: false });
  #leadTicks = 1;
  readonly #sentLead = new Map<number, number>();

  constructor(tickMs: number, ticksPerSending: number) {
    this.#tickMs = tickMs;
    this.#sendMs = tickMs * ticksPerSending;
    this.played = new SteeredClock(tickMs);
    this.viewed = new SteeredClock(tickMs);
    this.#arrival = new RunningEstimate({ tolerance: 1.5 * this.#sendMs, trustsLow: true });
  }

  arrived(tick: number, report: InputReport | null, nowMs: number): void {
    this.seenTick = tick;
    this.#arrival.add(nowMs - tick * this.#tickMs, nowMs);
    const sent = report === null ? undefined : this.#sentLead.get(report.tick);
    if (report !== null && sent !== undefined && this.#lead.add(sent - report.marginTicks, nowMs)) {
      this.#leadTicks = this.#lead.mean + 2 * this.#lead.sigma + 0.2;
    }
  }

  /** The input of the tick that begins, if one does. */
  begin(lastTick: number, nowMs: number) {
    if (this.seenTick === 0) return null;
    const newest = (nowMs - this.#arrival.mean) / this.#tickMs;
    this.viewed.steer(newest - (1.5 * this.#sendMs + 2 * this.#arrival.sigma) / this.#tickMs, nowMs);
    this.played.steer(newest + this.#leadTicks, nowMs);
    const tick = Math.floor(this.played.read(nowMs));
    if (tick === lastTick) return null;
    this.#sentLead.set(tick, this.played.read(nowMs) - newest);
    const viewDelayTicks = Math.round(Math.max(0, tick - this.viewed.read(nowMs)) * 16) / 16;
    return { tick, seenTick: this.seenTick, viewDelayTicks, input: nothing };
  }
}

/** On its way. */
interface Message {
  readonly atMs: number;
  run(nowMs: number): void;
}

interface Link {
  readonly latencyMs: number;
  readonly jitterMs: number;
}

/** Half a minute on a link that keeps order and becomes `later` in the middle. Answers how often it was distrusted. */
function playHonestly(tickRateHz: number, ticksPerSending: number, [link, later]: [Link, Link], random: SeededRandom) {
  const tickMs = 1000 / tickRateHz;
  const inputs = new SeatInputs({ neutral: nothing, tickRateHz, ticksPerSending, mayLookBack: true });
  const client = new Honest(tickMs, ticksPerSending);
  const down: Message[] = [];
  const up: Message[] = [];
  let tick = 0;
  let clientTick = 0;
  for (let nowMs = 1; nowMs < 30_000; nowMs++) {
    const { latencyMs, jitterMs } = nowMs < 15_000 ? link : later;
    const send = (line: Message[], run: Message['run']): void => {
      line.push({ atMs: Math.max(line.at(-1)?.atMs ?? 0, nowMs + latencyMs + random.float() * jitterMs), run });
    };
    for (const line of [up, down])
      for (let it = line[0]; it !== undefined && it.atMs <= nowMs; it = line[0]) {
        it.run(nowMs);
        line.shift();
      }
    if (nowMs >= (tick + 1) * tickMs) {
      inputs.play(++tick);
      const report = tick % ticksPerSending === 0 ? inputs.report(tick, nowMs / tickMs) : null;
      const told = tick;
      if (tick % ticksPerSending === 0) send(down, (atMs) => client.arrived(told, report, atMs));
    }
    const input = client.begin(clientTick, nowMs);
    if (input === null) continue;
    clientTick = input.tick;
    send(up, (atMs) => inputs.take(input, tick, atMs / tickMs));
  }
  return inputs.distrusted;
}

describe('[GA06] an honest player is never distrusted', () => {
  const anyLink = fc.record({ latencyMs: fc.nat({ max: 300 }), jitterMs: fc.nat({ max: 150 }) });
  const anyRate = fc.constantFrom(10, 20, 30, 60, 128);
  const anySeed = fc.nat();

  test('on any link with jitter, at any rate of ticks and of sendings', () => {
    fc.assert(
      fc.property(anyRate, fc.constantFrom(1, 2, 4), anyLink, anySeed, (rate, ticksPerSending, link, seed) => {
        expect(playHonestly(rate, ticksPerSending, [link, link], seededRandom(seed))).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('when its link becomes another', () => {
    const anyTwo = fc.tuple(
      anyLink.map((link) => ({ ...link, jitterMs: 20 })),
      anyLink.map((link) => ({ ...link, jitterMs: 20 })),
    );
    fc.assert(
      fc.property(anyRate, fc.constantFrom(1, 2), anyTwo, anySeed, (rate, ticksPerSending, links, seed) => {
        expect(playHonestly(rate, ticksPerSending, links, seededRandom(seed))).toBe(0);
      }),
      {
        numRuns: 30,
        // Five states a second, and a screen that is steered for longer than two seconds.
        examples: [
          [
            10,
            2,
            [
              { latencyMs: 297, jitterMs: 20 },
              { latencyMs: 0, jitterMs: 20 },
            ],
            21_166_593,
          ],
        ],
      },
    );
  });
});
