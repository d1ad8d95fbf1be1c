/** A player without a plan: holds inputs drawn from the game's own schema, and sends its commands, as chance has it. */
import type { Room } from '@madang/client';
import {
  type AnyField,
  type Fields,
  type Game,
  type Messages,
  replyFieldsOf,
  type SeededRandom,
  type StateSchema,
  type ValuesOf,
} from '@madang/core';

/** Per frame, at about 60 a second: a new input every 400 ms, a command every 4 s, on average. */
const INPUT_CHANCE = 1 / 24;
const COMMAND_CHANCE = 1 / 240;

/** How often a number is the smallest or largest there is, where bugs live. */
const EXTREME_CHANCE = 1 / 4;

const LETTERS = 'abc XYZ 마당 09';

/** One frame of play. */
export function playAtRandom(
  game: Game,
  room: Room<StateSchema, Fields, Messages, Messages, string>,
  random: SeededRandom,
): void {
  if (random.chance(INPUT_CHANCE)) room.input(drawValues(game.input, random));
  const commands = Object.entries(game.commands);
  if (commands.length === 0 || !random.chance(COMMAND_CHANCE)) return;
  const [name, fields] = random.pick(commands);
  const payload = drawValues(fields, random);
  if (replyFieldsOf(fields) === null) room.send(name, payload);
  // Rules may refuse what chance asks for, and the seat may be gone before they answer.
  else room.ask(name as never, payload as never).catch(() => {});
}

function drawValues(fields: Fields, random: SeededRandom): ValuesOf<Fields> {
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, drawValue(type, random)]));
}

/** A value that the type accepts. */
function drawValue({ codec, spec }: AnyField, random: SeededRandom): unknown {
  switch (codec.store) {
    case 'int': {
      const { min, max } = codec;
      if (random.chance(EXTREME_CHANCE)) return codec.toValue(random.pick([min, codec.zero, max]));
      return codec.toValue((min + random.below(max - min + 1)) | 0);
    }
    case 'float':
      return codec.toValue(codec.quantise((random.float() - 0.5) * 10 ** random.below(6)));
    case 'boxed': {
      if (spec.type !== 'text') return codec.toValue(codec.zero);
      const drawn = Array.from({ length: random.below(12) }, () => random.pick([...LETTERS])).join('');
      return codec.quantise(drawn) === null ? '' : drawn;
    }
  }
}
