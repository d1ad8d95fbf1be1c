/** Guests over HTTP: somebody new gets a token, somebody known gets it renewed, and a device whose token has ended shows its secret. */
import type { HttpBindings } from '@hono/node-server';
import { GameError, isGameError, isJsonObject, type JsonObject, parseJson } from '@madang/core';
import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Logger } from 'pino';
import type { Devices } from '../identity/devices.ts';
import type { Guest } from '../identity/guests.ts';
import type { Identity } from '../identity/identity.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { Clock } from '../ports/clock.ts';
import { askStore } from '../ports/store-down.ts';
import { Allowances } from './allowances.ts';
import { type ApiContext, type Callers, tokenOf } from './caller.ts';

const BODY_BYTES_MAX = 4 * 1024;

/** Each new device is stored. A guest without one is a guest all the same. */
const DEVICES_PER_SECOND = 0.2;
const DEVICES_BURST = 20;

/** Guests of one address, new and known: homes and schools share one. */
const GUESTS_PER_SECOND = 2;
const GUESTS_BURST = 60;

export interface GuestApiOptions {
  readonly identity: Identity;
  readonly sessions: Pick<Sessions, 'check'>;
  readonly devices: Devices;
  readonly callers: Callers;
  readonly clock: Clock;
  readonly log: Logger;
}

export function serveGuests(api: Hono<{ Bindings: HttpBindings }>, options: GuestApiOptions): void {
  const { identity, sessions, devices, callers, clock, log } = options;
  const guests = new Allowances({ clock, what: 'guests', perSecond: GUESTS_PER_SECOND, burst: GUESTS_BURST });
  const newDevices = new Allowances({
    clock,
    what: 'new devices',
    perSecond: DEVICES_PER_SECOND,
    burst: DEVICES_BURST,
  });

  const ofDevice = (secret: string, address: string): Promise<Guest> =>
    identity.provenGuest(address, async () => {
      const user = await askStore(log, () => devices.find(secret));
      if (user !== null) sessions.check(user, address);
      return user;
    });

  const guestOf = async (c: ApiContext, { device, name }: JsonObject): Promise<Guest> => {
    const address = callers.address(c);
    guests.check(address);
    sessions.check(null, address);
    const token = tokenOf(c);
    const secret = typeof device === 'string' ? device : null;
    if (token === null) return secret === null ? identity.newGuest(name) : ofDevice(secret, address);
    try {
      return await identity.renewGuest(token, address, (user) => sessions.check(user, address));
    } catch (error) {
      const isOver = isGameError(error, 'SESSION_EXPIRED') || isGameError(error, 'UNAUTHENTICATED');
      if (!isOver || secret === null) throw error;
      return ofDevice(secret, address);
    }
  };

  /** A secret for a device that has none; null where it has to do without. */
  const newDevice = async (c: ApiContext, { user }: Guest): Promise<string | null> => {
    if (!newDevices.take(callers.address(c))) return null;
    try {
      return await devices.add(user);
    } catch (err) {
      log.warn({ err }, 'a device could not be stored');
      return null;
    }
  };

  api.post('/api/guest', bodyLimit({ maxSize: BODY_BYTES_MAX, onError: () => refuseSize() }), async (c) => {
    const asked = bodyOf(await c.req.text());
    const guest = await guestOf(c, asked);
    const device = asked.device === true ? await newDevice(c, guest) : null;
    const { id, name } = guest.user;
    return c.json({ token: guest.token, user: { id, name }, ...(device === null ? {} : { device }) });
  });
}

/** Throws BAD_MESSAGE for what is neither nothing nor an object. */
function bodyOf(text: string): JsonObject {
  if (text === '') return {};
  const body = parseJson(text);
  if (isJsonObject(body)) return body;
  throw new GameError('BAD_MESSAGE', 'A guest is asked for with a JSON object, or nothing.', { reason: 'no object' });
}

function refuseSize(): never {
  throw new GameError('MESSAGE_TOO_LARGE', `A guest is asked for with at most ${BODY_BYTES_MAX} bytes.`, {
    sizeBytes: BODY_BYTES_MAX + 1,
    limitBytes: BODY_BYTES_MAX,
  });
}
