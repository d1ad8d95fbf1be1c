/** Who asks over HTTP: the token of the request says it, as it would at the door of a room. */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Identity } from '../identity/identity.ts';
import { unauthenticated } from '../identity/refusals.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { User } from '../identity/user.ts';
import { addressKey } from './client-address.ts';

export type ApiContext = Context<{ Bindings: HttpBindings }>;

export interface CallersOptions {
  readonly identity: Identity;
  readonly sessions: Pick<Sessions, 'check'>;
  addressOf(c: ApiContext): string;
}

export class Callers {
  readonly #options: CallersOptions;

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** Under what the address of a request is counted and banned. */
  address(c: ApiContext): string {
    return addressKey(this.#options.addressOf(c));
  }

  /** Whose request this is; null where it shows no token. An address that is banned is refused without one, too. Throws as `Identity.verify` and `Sessions.check` do. */
  async find(c: ApiContext): Promise<User | null> {
    const { identity, sessions } = this.#options;
    const address = this.address(c);
    const token = tokenOf(c);
    const user = token === null ? null : await identity.verify(token, address);
    sessions.check(user, address);
    return user;
  }

  /** As `find`. Throws UNAUTHENTICATED, too, where it shows none. */
  async get(c: ApiContext): Promise<User> {
    const user = await this.find(c);
    if (user === null) throw unauthenticated('a token is required');
    return user;
  }
}

/** What stands behind `Authorization: Bearer`, or null. */
export function tokenOf(c: ApiContext): string | null {
  return c.req.header('authorization')?.replace(/^Bearer /iu, '') ?? null;
}
