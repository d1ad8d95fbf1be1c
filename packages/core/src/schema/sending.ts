/** Checks what a definition says about sending: interests, budgets, what becomes of events. */
import type { AnyField, Fields } from './field.ts';
import type { GameDefinition, Messages, PartNames } from './game.ts';
import type { Interest } from './interest.ts';
import { badSchema, isNumber, type StateSchema } from './state-schema.ts';

/** Throws BAD_SCHEMA with the place and the reason. */
export function checkSending<S extends StateSchema, I extends Fields, C extends Messages, E extends Messages>(
  definition: GameDefinition<S, I, C, E, PartNames<S>>,
  events: E,
): void {
  const { state, avatars, peerBytesPerSecond = Number.POSITIVE_INFINITY, eventPolicy = {} } = definition;
  if (!(peerBytesPerSecond >= PEER_BYTES_PER_SECOND_MIN)) {
    throw badSchema('peerBytesPerSecond', `it must be at least ${PEER_BYTES_PER_SECOND_MIN}`);
  }
  for (const [event, policy] of Object.entries(eventPolicy)) {
    if (!Object.hasOwn(events, event)) throw badSchema(`eventPolicy ${event}`, 'there is no event of that name');
    if (policy !== 'all' && policy !== 'latest') throw badSchema(`eventPolicy ${event}`, 'it must be all or latest');
  }
  const avatarTable = avatars === undefined ? undefined : state[avatars];
  if (avatarTable !== undefined && avatarTable.sendEvery !== 1) {
    throw badSchema('avatars', 'a newcomer needs its avatar at once: use sendRateHz in place of sendEvery here');
  }
  const interests: readonly (readonly [string, Interest | undefined])[] = Object.entries(definition.interest ?? {});
  for (const [name, interest] of interests) {
    const part = state[name];
    if (part?.type !== 'table') throw badSchema(`interest ${name}`, 'there is no table of that name');
    if (interest === undefined || typeof interest === 'function') continue;
    if (!['near', 'team', 'all'].includes(interest.kind)) {
      throw badSchema(`interest ${name}`, 'it must be near(…), byTeam, all or a function');
    }
    if (interest.kind === 'team' && part.team === null) {
      throw badSchema(`interest ${name}`, 'the table must name its team field: table({ … }, { team: … })');
    }
    if (interest.kind !== 'near') continue;
    for (const field of [interest.x, interest.y]) {
      for (const where of [part, avatarTable]) {
        const type = where?.type === 'table' ? where.fields[field] : undefined;
        if (type === undefined || !isPosition(type)) {
          throw badSchema(
            `interest ${name}`,
            `${field} must be a number that everyone may see, in this table and in that of the avatars`,
          );
        }
      }
    }
  }
}

/** A budget below this could not bring a single row a second. */
const PEER_BYTES_PER_SECOND_MIN = 256;

function isPosition(type: AnyField): boolean {
  return type.visibility === 'everyone' && isNumber(type);
}
