/** B.4: inputs that no honest player can make, acting for others, and names. */
import { connect } from '@madang/client';
import { encodeClientFrame, type Fields, neutral } from '@madang/core';
import { expect } from 'vitest';
import { until } from '../support/yard.ts';
import {
  acknowledgement,
  emitted,
  GATEWAYS,
  type GatewayName,
  type GatewayUnderTest,
  joinFrame,
  nativeRefusals,
  openEngine,
  REQUESTS,
  textRefusals,
} from './gateways.ts';
import { binaryFrame, type RawSocket, textFrame } from './raw-socket.ts';
import { abuse, type World } from './standing.ts';
import { everyType, stillLife } from './still-life.ts';
import { expectAsBefore, expectUntouched } from './untouched.ts';

const [play, websocket, socketIo] = GATEWAYS as [GatewayUnderTest, GatewayUnderTest, GatewayUnderTest];

type FieldName = keyof typeof everyType;

/** What came before has been seen by the rules, or never will be. */
async function twoTicksLater({ server, inStillLife }: World): Promise<void> {
  const room = server.rooms.get(inStillLife.room.id);
  const tick = room?.tick ?? 0;
  await until('two more ticks have run', () => (room?.tick ?? 0) >= tick + 2);
}

/** JSON that is no number at all, or none that a game could count with. */
const NO_NUMBER = ['1e999', '-1e999', '"1"', '"NaN"', 'null', 'true', '[]', '[1]', '{}', '{"valueOf":1}'];
const NO_INTEGER = [...NO_NUMBER, '0.5', '1e308', '-1e308', '5e-324', '9007199254740993', '12345678901234567890'];
const NO_TEXT = ['0', 'null', 'true', '[]', '["좌"]', '{}', '"12345678901234567"', '"\\ud800"'];
const NO_CHOICE = ['0', '1', 'null', '""', '"LEFT"', '"up"', '"__proto__"', '"constructor"', '["left"]'];

const BAD_VALUES: Readonly<Record<FieldName, readonly string[]>> = {
  flag: ['0', '1', '"true"', 'null', '[]', '{}', '1e999'],
  tiny: [...NO_INTEGER, '-1', '256'],
  small: [...NO_INTEGER, '-1', '65536'],
  large: [...NO_INTEGER, '-1', '4294967296'],
  signedTiny: [...NO_INTEGER, '-129', '128'],
  signedSmall: [...NO_INTEGER, '-32769', '32768'],
  signedLarge: [...NO_INTEGER, '-2147483649', '2147483648'],
  single: [...NO_NUMBER, '3.5e38', '-3.5e38', '1e308'],
  double: NO_NUMBER,
  stick: [...NO_NUMBER, '1.01', '-1.01', '1e308'],
  steps: [...NO_NUMBER, '-1', '10.5', '1e308'],
  heading: NO_NUMBER,
  line: NO_TEXT,
  pick: NO_CHOICE,
  target: [...NO_INTEGER, '-1', '4294967296'],
};

const FIELDS = Object.keys(BAD_VALUES) as FieldName[];

abuse(
  'GA01: values that no field takes are refused in JSON and the room is as before: websocket',
  async ({ world }) => {
    const hash = world.stillHash();
    await Promise.all(
      FIELDS.map(async (field) => {
        const { raw } = await websocket.seated(world, stillLife);
        const values = BAD_VALUES[field];
        raw.write(
          ...values.map((value) =>
            textFrame(
              `{"type":"input","input":{"flag":true,"${field}":${value}}}`.replace('"flag":true,"flag"', '"flag"'),
            ),
          ),
        );
        await until(
          `all values for ${field} are answered`,
          () => textRefusals(raw).length === values.length || !raw.isOpen,
        );
        expect(raw.isOpen, field).toBe(true);
        for (const code of textRefusals(raw)) expect(['BAD_INPUT', 'BAD_MESSAGE'], field).toContain(code);
      }),
    );
    await twoTicksLater(world);
    await expectAsBefore(world, hash);
  },
);

abuse(
  'GA01: values that no field takes are refused in JSON and the room is as before: socket.io',
  async ({ world }) => {
    const hash = world.stillHash();
    await Promise.all(
      FIELDS.map(async (field) => {
        const { raw } = await socketIo.seated(world, stillLife);
        const values = BAD_VALUES[field];
        raw.write(...values.map((value, id) => textFrame(`42${id}["input",{"${field}":${value}}]`)));
        await until(
          `all values for ${field} are answered`,
          () => acknowledgement(raw, values.length - 1) !== undefined,
        );
        for (const [id, value] of values.entries()) {
          expect(acknowledgement(raw, id), `${field} ${value}`).toMatchObject({ ok: false, code: 'BAD_INPUT' });
        }
      }),
    );
    await twoTicksLater(world);
    await expectAsBefore(world, hash);
  },
);

/** An input that touches nothing, field by field as bytes. */
const NEUTRAL_BYTES: Readonly<Record<FieldName, readonly number[]>> = {
  flag: [0],
  tiny: [0],
  small: [0],
  large: [0],
  signedTiny: [0],
  signedSmall: [0],
  signedLarge: [0],
  single: [0, 0, 0, 0],
  double: [0, 0, 0, 0, 0, 0, 0, 0],
  stick: [64],
  steps: [0],
  heading: [0],
  line: [0],
  pick: [0],
  target: [0],
};

const INPUT = 2;

/** For a tick that is over, from one who saw nothing: applied at the next tick. */
const UNTIMED = { tick: 0, seenTick: 0, viewDelayTicks: 0 };

function inputBytes(changed: Partial<Record<FieldName, readonly number[]>> = {}): Uint8Array {
  return Uint8Array.from([INPUT, 0, 0, 0, ...FIELDS.flatMap((field) => [...(changed[field] ?? NEUTRAL_BYTES[field])])]);
}

/** Bytes that no field takes: past its range, not finite, not UTF-8, or one number spelt two ways. */
const BAD_BYTES: readonly (readonly [FieldName, readonly number[]])[] = [
  ['flag', [2]],
  ['tiny', [0x80, 0x02]],
  ['tiny', [0x80, 0x00]],
  ['small', [0x80, 0x80, 0x04]],
  ['large', [0xff, 0xff, 0xff, 0xff, 0x10]],
  ['large', [0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['signedTiny', [0x80, 0x02]],
  ['signedSmall', [0x80, 0x80, 0x04]],
  ['signedLarge', [0x80, 0x80, 0x80, 0x80, 0x20]],
  ['single', [0, 0, 0xc0, 0x7f]],
  ['single', [0, 0, 0x80, 0x7f]],
  ['single', [0, 0, 0x80, 0xff]],
  ['double', [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]],
  ['double', [0, 0, 0, 0, 0, 0, 0xf0, 0x7f]],
  ['double', [0, 0, 0, 0, 0, 0, 0xf0, 0xff]],
  ['stick', [0x81, 0x01]],
  ['steps', [21]],
  ['heading', [0x80, 0x02]],
  ['line', [17, ...new Array<number>(17).fill(0x78)]],
  ['line', [1, 0xff]],
  ['line', [3, 0xed, 0xa0, 0x80]],
  ['line', [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ['pick', [3]],
];

abuse(
  'GA01: bytes that no field takes end a native connection with 4400 and the room is as before',
  async ({ world }) => {
    expect(inputBytes()).toEqual(
      encodeClientFrame(stillLife, { kind: 'input', ...UNTIMED, input: neutral<Fields>(everyType) }),
    );
    const hash = world.stillHash();
    await Promise.all(
      BAD_BYTES.map(async ([field, bytes]) => {
        const { raw } = await play.seated(world, stillLife);
        raw.write(binaryFrame(inputBytes({ flag: [1], [field]: bytes })));
        expect(await raw.closed(), `${field} ${bytes.join(' ')}`).toEqual({ code: 4400, reason: 'BAD_FRAME' });
        expect(nativeRefusals(raw)).toEqual(['BAD_FRAME']);
      }),
    );
    world.expectEnds('BAD_FRAME', BAD_BYTES.length);
    await expectAsBefore(world, hash);
  },
);

abuse('GA01: minus zero is zero: it leaves no trace in the room', async ({ world }) => {
  const { raw: text } = await websocket.seated(world, stillLife);
  const { raw: events } = await socketIo.seated(world, stillLife);
  const { raw: native } = await play.seated(world, stillLife);
  await twoTicksLater(world);
  const hash = world.stillHash();
  const numbers = FIELDS.filter((field) => !['flag', 'line', 'pick'].includes(field));
  const json = `{${numbers.map((field) => `"${field}":-0`).join(',')}}`;
  text.write(textFrame(`{"type":"input","input":${json}}`));
  events.write(textFrame(`421["input",${json}]`));
  native.write(binaryFrame(inputBytes({ single: [0, 0, 0, 0x80], double: [0, 0, 0, 0, 0, 0, 0, 0x80] })));
  await until('it was taken', () => acknowledgement(events, 1) !== undefined);
  expect(acknowledgement(events, 1)).toEqual({ ok: true });
  await twoTicksLater(world);
  expect(textRefusals(text)).toEqual([]);
  expect(nativeRefusals(native)).toEqual([]);
  expect(world.stillHash()).toBe(hash);
});

// An input names no row: whose it is, the seat says. So acting for somebody else can only be tried with keys that no
// input has.
const FOR_OTHERS = [
  '"id":1',
  '"owner":1',
  '"seat":1',
  '"player":"1"',
  '"you":"1"',
  '"from":"1"',
  '"figures":{"1":{"flag":true}}',
];

abuse('GA07: an input that names another player is refused and moves nobody: websocket', async ({ world }) => {
  const { raw } = await websocket.seated(world, stillLife);
  raw.write(
    ...FOR_OTHERS.map((key) => textFrame(`{"type":"input","input":{"flag":true,${key}}}`)),
    ...FOR_OTHERS.map((key) => textFrame(`{"type":"input","input":{"flag":true},${key}}`)),
  );
  await until('all are answered', () => textRefusals(raw).length === 2 * FOR_OTHERS.length);
  expect(new Set(textRefusals(raw))).toEqual(new Set(['BAD_INPUT', 'BAD_MESSAGE']));
  await twoTicksLater(world);
  expectUntouched(world);
});

abuse('GA07: an input that names another player is refused and moves nobody: socket.io', async ({ world }) => {
  const { raw } = await socketIo.seated(world, stillLife);
  const events = FOR_OTHERS.flatMap((key) => [`["input",{"flag":true,${key}}]`, `["input",{"flag":true},{${key}}]`]);
  raw.write(...events.map((event, id) => textFrame(`42${id}${event}`)));
  await until('all are answered', () => acknowledgement(raw, events.length - 1) !== undefined);
  for (const [id, event] of events.entries()) expect(acknowledgement(raw, id), event).toMatchObject({ ok: false });
  await twoTicksLater(world);
  expectUntouched(world);
});

abuse('GA07: an input without a seat ends a native connection with 4400 and moves nobody', async ({ world }) => {
  const raw = await world.upgrade(REQUESTS.play);
  raw.write(binaryFrame(inputBytes({ flag: [1] })));
  expect(await raw.closed()).toEqual({ code: 4400, reason: 'NOT_JOINED' });
  world.expectEnds('NOT_JOINED');
  await twoTicksLater(world);
  expectUntouched(world);
});

abuse('GA07: a player whose figure is gone moves nothing and keeps its seat', async ({ world }) => {
  const ghost = await connect(world.url).join(stillLife, { name: 'ghost' });
  ghost.send('vanish', {});
  await until('its figure is gone', () => ghost.me === undefined && world.inStillLife.room.state.figures.size === 1);
  const hash = world.stillHash();
  ghost.input({ flag: true, pick: 'left', double: 1 });
  await twoTicksLater(world);
  ghost.input({ flag: false, pick: 'right' });
  await twoTicksLater(world);
  expect(world.stillHash()).toBe(hash);
  expectUntouched(world);
  ghost.say('boo');
  await until('it can still be heard', () => world.inStillLife.heard.length > 0);
  expect(ghost.connection).toBe('open');
  await ghost.leave();
});

/** What comes in, and what is stored and shown. */
const NAMES: Readonly<Record<string, string>> = {
  '<img src=x onerror=alert(1)>': '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>': '"><script>alert(1)</script>',
  "'; DROP TABLE players;--": "'; DROP TABLE players;--",
  '../../etc/passwd': '../../etc/passwd',
  __proto__: '__proto__',
  constructor: 'constructor',
  '=cmd()': '=cmd()',
  'javascript:alert(1)': 'javascript:alert(1)',
  '{{7*7}}%s%n%00\\u0000': '{{7*7}}%s%n%00\\u0000',
  '😀': '😀',
  '👨‍👩‍👧‍👦 가족': '👨‍👩‍👧‍👦 가족',
  '🏳️‍🌈❤️‍🔥🏴‍☠️': '🏳️‍🌈❤️‍🔥🏴‍☠️',
  '👩🏽‍💻': '👩🏽‍💻',
  '🧑🏽‍🤝‍🧑🏻': '🧑🏽‍🤝‍🧑🏻',
  '👁️‍🗨️ 5️⃣ 🇰🇷': '👁️‍🗨️ 5️⃣ 🇰🇷',
  단비: '단비',
  // The same name decomposed: letters of Hangul, and a letter with an accent beside it.
  '\u1103\u1161\u11ab\u1107\u1175': '단비',
  'e\u0301tude': 'étude',
  '  two   words  ': 'two words',
  [`${'x'.repeat(32)}`]: 'x'.repeat(32),
  [`${'😀'.repeat(32)}`]: '😀'.repeat(32),
  [`${'e\u0301'.repeat(32)}`]: 'é'.repeat(32),
};

const REFUSED_NAMES = {
  '33 characters': 'x'.repeat(33),
  '33 code points outside the basic plane': '😀'.repeat(33),
  NUL: 'a\u0000b',
  'line end': 'a\r\nb',
  tab: 'a\tb',
  delete: 'a\u007fb',
  'next line': 'a\u0085b',
  escape: '\u001b[31mred',
  'right-to-left override': 'a\u202eb',
  isolate: '\u2066a',
  'left-to-right mark': 'a\u200eb',
  'zero-width space': 'a\u200bb',
  'joiner between letters': 'a\u200db',
  'word joiner': 'a\u2060b',
  'byte order mark': 'a\ufeffb',
  'soft hyphen': 'a\u00adb',
  'line separator': 'a\u2028b',
  'private use': 'a\ue000b',
  noncharacter: 'a\uffffb',
  tag: 'a\u{e0061}b',
  'Hangul filler': '\u3164',
  'Hangul filler beside a name': 'ghost\u3164',
  'Hangul choseong filler': '\u115f',
  'half-width Hangul filler': '\uffa0',
  'grapheme joiner': 'a\u034fb',
  'variation selector on a letter': 'a\ufe0fb',
  'blank braille': '\u2800',
};

/** Asks to be seated under a name. */
async function joinAs(world: World, gateway: GatewayName, name: string): Promise<RawSocket> {
  if (gateway === 'websocket') {
    return world.upgrade({ path: `/websocket?${new URLSearchParams({ game: stillLife.name, name })}` });
  }
  if (gateway === 'play') {
    const raw = await world.upgrade(REQUESTS.play);
    raw.write(binaryFrame(joinFrame(stillLife, { name })));
    return raw;
  }
  const raw = await openEngine(world);
  raw.write(textFrame(`40${JSON.stringify({ game: stillLife.name, name })}`));
  return raw;
}

abuse.for(GATEWAYS)(
  'GA09: a name is normalised and then kept exactly, whatever it looks like: $name',
  async (gateway, { world }) => {
    const { figures } = world.inStillLife.room.state;
    const names = (): string[] => Array.from(figures, ({ name }) => name);
    // One of them comes twice, written in two ways, and is told apart by a number.
    const expected = ['bystander', ...new Set(Object.values(NAMES)), '단비 2'].sort();
    const raws = await Promise.all(Object.keys(NAMES).map((name) => joinAs(world, gateway.name, name)));
    await until(
      'everybody is seated or refused',
      () => names().length + raws.filter(({ isGone }) => isGone).length === expected.length,
    );
    expect(names().sort()).toEqual(expected);
  },
);

abuse.for(GATEWAYS)(
  'GA09: a name that is too long or hides something is refused with BAD_NAME: $name',
  async (gateway, { world }) => {
    const outcomes = await Promise.all(
      Object.entries(REFUSED_NAMES).map(async ([what, name]) => {
        const raw = await joinAs(world, gateway.name, name);
        await until(`"${what}" is answered`, () => raw.isGone || isSeated(gateway.name, raw));
        return [what, isSeated(gateway.name, raw) ? 'seated' : raw.ending?.code];
      }),
    );
    const code = gateway.name === 'socket.io' ? 1005 : 4400;
    expect(Object.fromEntries(outcomes)).toEqual(
      Object.fromEntries(Object.keys(REFUSED_NAMES).map((what) => [what, code])),
    );
    world.expectEnds('BAD_NAME', outcomes.length);
  },
);

function isSeated(gateway: GatewayName, raw: RawSocket): boolean {
  if (gateway === 'socket.io') return emitted(raw, 'welcome').length > 0;
  if (gateway === 'websocket') return raw.texts.some((text) => text.startsWith('{"type":"welcome"'));
  return raw.binaries.some((bytes) => bytes[0] === 64);
}

abuse('GA09: a name that is nothing but space is as good as none', async ({ world }) => {
  const raws = await Promise.all(['', ' ', '   ', '\r\n', '\u00a0\u3000'].map((name) => joinAs(world, 'play', name)));
  const { figures } = world.inStillLife.room.state;
  await until('all are seated', () => figures.size === raws.length + 1);
  const names = Array.from(figures, ({ name }) => name).filter((name) => name !== 'bystander');
  for (const name of names) expect(name).toMatch(/^Guest \d+$/u);
});

abuse('GA09: a name that is no text, or no well-formed one, is refused', async ({ world }) => {
  const names = ['1', 'true', '{}', '[]', '["x"]', '{"toString":"x"}', '"\\ud800"', '"x\\udc00"'];
  const raws = await Promise.all(names.map(() => openEngine(world)));
  for (const [at, raw] of raws.entries()) raw.write(textFrame(`40{"game":"still-life","name":${names[at]}}`));
  for (const raw of raws) {
    const refusal = await raw.text('the refusal', (text) => text.startsWith('44'));
    expect(JSON.parse(refusal.slice(2))).toMatchObject({ data: { code: 'BAD_NAME' } });
    await raw.closed();
  }
  world.expectEnds('BAD_NAME', names.length);
  // In a native frame a name that is not UTF-8 is no name but a broken frame.
  const frame = Buffer.from(joinFrame(stillLife, { name: 'abc' }));
  // Behind the name come nobody's identity, no flags and no options.
  frame.set([0xed, 0xa0, 0x80], frame.length - 6);
  const native = await world.upgrade(REQUESTS.play);
  native.write(binaryFrame(frame));
  expect(await native.closed()).toEqual({ code: 4400, reason: 'BAD_FRAME' });
  world.expectEnds('BAD_FRAME');
});
