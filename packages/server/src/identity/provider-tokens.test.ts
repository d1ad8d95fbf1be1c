import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AUDIENCE,
  assembled,
  claimsAt,
  ecPair,
  ISSUER,
  JWKS_URL,
  JwksServer,
  published,
  rsaPair,
  START_MS,
  signed,
  worldOf,
} from './identity.test-support.ts';
import type { Identity, TokenOptions } from './identity.ts';

const REFUSED = { code: 'UNAUTHENTICATED' };
const EXPIRED = { code: 'SESSION_EXPIRED' };

const rsa = rsaPair();
const ec = ecPair();
const stranger = ecPair();
const rsaPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const secret = 'a secret of thirty-two bytes, or more';

const tokens = (keys: TokenOptions['keys']): TokenOptions => ({ issuer: ISSUER, audience: AUDIENCE, keys });

/** A server that knows the keys of a provider by their address. */
function provided(): { identity: Identity; jwks: JwksServer } {
  const jwks = new JwksServer(published(ec, { kid: 'ec', alg: 'ES256' }), published(rsa, { kid: 'rsa', alg: 'RS256' }));
  const keys = { jwksUrl: JWKS_URL, algorithms: ['RS256' as const, 'ES256' as const] };
  return { identity: worldOf({ tokens: tokens(keys) }, jwks).identity, jwks };
}

const byEc = (input: Buffer): Buffer => sign('sha256', input, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });

const good = (more: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> =>
  signed(claimsAt(START_MS, more), { alg: 'ES256', kid: 'ec', ...header }, ec.privateKey);

test('a token of the provider says who somebody is, until when, and what they may', async () => {
  const { identity } = provided();
  const token = await good({ name: ' 지민 ', roles: ['referee'] });
  expect(await identity.verify(token, '')).toEqual({
    id: 'minji',
    name: '지민',
    roles: ['referee'],
    issuedAtMs: START_MS,
    expiresAtMs: START_MS + 3_600_000,
  });
});

test('a name that cannot be shown keeps nobody out; roles that are no list of texts do', async () => {
  const { identity } = provided();
  expect(await identity.verify(await good({ name: 'a\u202eb' }), '')).toMatchObject({ id: 'minji', name: null });
  await expect(identity.verify(await good({ roles: 'admin' }), '')).rejects.toMatchObject(REFUSED);
  await expect(identity.verify(await good({ roles: ['player', 7] }), '')).rejects.toMatchObject(REFUSED);
});

test.each([
  ['none', undefined],
  ['empty', ''],
  ['a number', 7],
  ['of a guest', 'guest:AAAAAAAAAAAAAAAAAAAAAA'],
  ['too long', 'x'.repeat(129)],
])('a token whose subject is %s is refused', async (_, sub) => {
  const { identity } = provided();
  await expect(identity.verify(await good({ sub }), '')).rejects.toMatchObject(REFUSED);
});

describe('keys that the operator gives', () => {
  test('PEM texts and shared secrets work without an address', async () => {
    const byPem = worldOf({ tokens: tokens({ publicKeys: [rsaPem], algorithms: ['PS256', 'RS256'] }) }).identity;
    const pss = await signed(claimsAt(START_MS), { alg: 'PS256', kid: 'any' }, rsa.privateKey);
    expect(await byPem.verify(pss, '')).toMatchObject({ id: 'minji' });
    const bySecret = worldOf({ tokens: tokens({ secret, algorithm: 'HS256' }) }).identity;
    const hmac = await signed(claimsAt(START_MS), { alg: 'HS256' }, Buffer.from(secret));
    expect(await bySecret.verify(hmac, '')).toMatchObject({ id: 'minji' });
  });

  test('a token that names no key is tried with four of its algorithm', async () => {
    const old = published(stranger, { kid: 'old' });
    const rest = [published(rsa, { kid: 'rsa' }), published(ec, { kid: 'new' })];
    const keys = { jwksUrl: JWKS_URL, algorithms: ['RS256' as const, 'ES256' as const] };
    const token = await signed(claimsAt(START_MS), { alg: 'ES256' }, ec.privateKey);
    const { identity } = worldOf({ tokens: tokens(keys) }, new JwksServer(old, old, old, ...rest));
    expect(await identity.verify(token, '')).toMatchObject({ id: 'minji' });
    const crowded = worldOf({ tokens: tokens(keys) }, new JwksServer(old, old, old, old, ...rest)).identity;
    await expect(crowded.verify(token, '')).rejects.toMatchObject(REFUSED);
  });

  test('a key that does not say its algorithm has the one that fits its curve', async () => {
    const wide = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const keys = { jwksUrl: JWKS_URL, algorithms: ['ES256' as const, 'ES384' as const] };
    const { identity } = worldOf({ tokens: tokens(keys) }, new JwksServer(published(wide, { kid: 'wide' })));
    const token = await signed(claimsAt(START_MS), { alg: 'ES384', kid: 'wide' }, wide.privateKey);
    expect(await identity.verify(token, '')).toMatchObject({ id: 'minji' });
  });

  test.each([
    ['an address without https', tokens({ jwksUrl: 'http://login.example/jwks', algorithms: ['RS256'] })],
    ['an address with a password', tokens({ jwksUrl: 'https://me:pass@login.example/', algorithms: ['RS256'] })],
    ['a file for an address', tokens({ jwksUrl: 'file:///etc/passwd', algorithms: ['RS256'] })],
    ['no algorithm', tokens({ jwksUrl: JWKS_URL, algorithms: [] })],
    ['no key', tokens({ publicKeys: [], algorithms: ['RS256'] })],
    ['a key that is none', tokens({ publicKeys: ['-----BEGIN PUBLIC KEY-----'], algorithms: ['RS256'] })],
    ['a key that no algorithm fits', tokens({ publicKeys: [rsaPem], algorithms: ['ES256'] })],
    ['the issuer of guests', { ...tokens({ secret, algorithm: 'HS256' }), issuer: 'madang-guest' }],
    ['no audience', { ...tokens({ secret, algorithm: 'HS256' }), audience: '' }],
    ['a secret shorter than its hash', tokens({ secret, algorithm: 'HS512' })],
  ])('%s is refused when the server is made', (_, options) => {
    expect(() => worldOf({ tokens: options })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});

describe('[AU01] [V28] tokens without a signature', () => {
  test.each(['none', 'None', 'nOnE', 'NONE', '', 'HS256', 'ES256', 'RS256'])('algorithm %j', async (alg) => {
    const { identity } = provided();
    for (const kid of [undefined, 'ec', 'rsa']) {
      const token = assembled({ alg, kid }, claimsAt(START_MS));
      await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
      await expect(identity.verify(`${token}AA`, '')).rejects.toMatchObject(REFUSED);
    }
  });

  test.each([['none'], ['HS256'], ['toString']])('%s is no algorithm for public keys', (algorithm) => {
    const algorithms = [algorithm] as unknown as readonly ['RS256'];
    const options = tokens({ jwksUrl: JWKS_URL, algorithms });
    expect(() => worldOf({ tokens: options })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });

  test.each([[''], ['short']])('the secret %j is refused', (weak) => {
    const options = tokens({ secret: weak, algorithm: 'HS256' });
    expect(() => worldOf({ tokens: options })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});

describe('[AU02] [V28] a key has one algorithm, whatever the token says', () => {
  const der = rsa.publicKey.export({ type: 'spki', format: 'der' });
  const asSecrets: readonly [string, Uint8Array][] = [
    ['as PEM', Buffer.from(rsaPem)],
    ['as PEM without its last line end', Buffer.from(rsaPem.trim())],
    ['as DER', der],
    ['as JWK', Buffer.from(JSON.stringify(published(rsa, {})))],
  ];

  test.each(asSecrets)('the public RSA key %s signs nothing as an HMAC secret', async (_, key) => {
    for (const kid of [undefined, 'rsa']) {
      const token = await signed(claimsAt(START_MS), { alg: 'HS256', ...(kid && { kid }) }, key);
      await expect(provided().identity.verify(token, '')).rejects.toMatchObject(REFUSED);
      const byPem = worldOf({ tokens: tokens({ publicKeys: [rsaPem], algorithms: ['RS256'] }) }).identity;
      await expect(byPem.verify(token, '')).rejects.toMatchObject(REFUSED);
    }
  });

  test('a public key for a secret is refused when the server is made', () => {
    const options = tokens({ secret: rsaPem, algorithm: 'HS256' });
    expect(() => worldOf({ tokens: options })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });

  test('a key whose algorithm is RS256 verifies no PS256 and no RS512, though it could', async () => {
    const { identity } = provided();
    for (const alg of ['PS256', 'RS512']) {
      const token = await signed(claimsAt(START_MS), { alg, kid: 'rsa' }, rsa.privateKey);
      await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    }
  });

  test('the key of one algorithm does not answer for the name of another', async () => {
    const { identity } = provided();
    const token = await signed(claimsAt(START_MS), { alg: 'ES256', kid: 'rsa' }, ec.privateKey);
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
  });

  test('a secret among published keys, a short RSA key and a key for encryption are not used', async () => {
    const short = rsaPair(1024);
    const bytes = Buffer.from(secret);
    const jwks = new JwksServer(
      { kty: 'oct', k: bytes.toString('base64url'), kid: 'secret', alg: 'HS256' },
      published(short, { kid: 'short' }),
      published(ec, { kid: 'enc', use: 'enc' }),
      published(ec, { kid: 'named', alg: 'ES384' }),
      published(rsa, { kid: 'rsa' }),
    );
    const keys = { jwksUrl: JWKS_URL, algorithms: ['RS256' as const, 'ES256' as const] };
    const { identity } = worldOf({ tokens: tokens(keys) }, jwks);
    const claims = claimsAt(START_MS);
    const hmac = await signed(claims, { alg: 'HS256', kid: 'secret' }, bytes);
    await expect(identity.verify(hmac, '')).rejects.toMatchObject(REFUSED);
    const shortly = (input: Buffer): Buffer => sign('sha256', input, short.privateKey);
    const weak = assembled({ alg: 'RS256', kid: 'short' }, claims, shortly);
    await expect(identity.verify(weak, '')).rejects.toMatchObject(REFUSED);
    for (const kid of ['enc', 'named']) {
      const token = await signed(claims, { alg: 'ES256', kid }, ec.privateKey);
      await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    }
    const rightful = await signed(claims, { alg: 'RS256', kid: 'rsa' }, rsa.privateKey);
    expect(await identity.verify(rightful, '')).toMatchObject({ id: 'minji' });
  });

  test('a DSA key is no key for RS256', () => {
    const dsa = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 });
    const pem = dsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(() => worldOf({ tokens: tokens({ publicKeys: [pem], algorithms: ['RS256'] }) })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
  });
});

describe('[AU03] what a token says of keys leads nowhere', () => {
  test.each([
    '../../dev/null',
    '/dev/null',
    "' UNION SELECT 'key",
    'https://evil.example/key',
    '__proto__',
    'constructor',
    '\u0000',
    'k'.repeat(1500),
  ])('kid %j', async (kid) => {
    const { identity, jwks } = provided();
    const token = await signed(claimsAt(START_MS), { alg: 'ES256', kid }, stranger.privateKey);
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    const empty = await signed(claimsAt(START_MS), { alg: 'HS256', kid }, new Uint8Array(32));
    await expect(identity.verify(empty, '')).rejects.toMatchObject(REFUSED);
    expect(jwks.asked).toEqual([JWKS_URL]);
  });

  test('a kid of ten kilobytes is refused unread', async () => {
    const { identity, jwks } = provided();
    const token = await signed(claimsAt(START_MS), { alg: 'ES256', kid: 'k'.repeat(10_240) }, ec.privateKey);
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    expect(jwks.asked).toEqual([]);
  });

  test.each([7, null, {}, ['ec'], true])('kid %j is no name', async (kid) => {
    const { identity } = provided();
    const token = assembled({ alg: 'ES256', kid }, claimsAt(START_MS), byEc);
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
  });

  const own = published(stranger, { kid: 'ec', alg: 'ES256' });
  const leads: readonly [string, Record<string, unknown>][] = [
    ['jku', { jku: 'https://evil.example/jwks' }],
    ['x5u', { x5u: 'https://evil.example/cert' }],
    ['jwk', { jwk: own }],
    ['x5c', { x5c: ['MIIB'] }],
  ];

  test.each(leads)('%s of a forger is neither fetched nor believed', async (_, header) => {
    const { identity, jwks } = provided();
    const token = await signed(claimsAt(START_MS), { alg: 'ES256', kid: 'ec', ...header }, stranger.privateKey);
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    const nameless = await signed(claimsAt(START_MS), { alg: 'ES256', ...header }, stranger.privateKey);
    await expect(identity.verify(nameless, '')).rejects.toMatchObject(REFUSED);
    expect(jwks.asked).toEqual([JWKS_URL]);
  });

  test.each(leads)('%s in an honest token is passed over', async (_, header) => {
    const { identity, jwks } = provided();
    expect(await identity.verify(await good({}, header), '')).toMatchObject({ id: 'minji' });
    expect(jwks.asked).toEqual([JWKS_URL]);
  });

  test('a header that demands what is not understood is refused', async () => {
    const { identity } = provided();
    const token = assembled({ alg: 'ES256', kid: 'ec', crit: ['exp'], exp: 1 }, claimsAt(START_MS), byEc);
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
  });
});

describe('[AU04] claims', () => {
  const nowS = START_MS / 1000;

  test.each<[string, Record<string, unknown>, object]>([
    ['expired a minute ago', { exp: nowS - 60 }, EXPIRED],
    ['expired just beyond the skew', { exp: nowS - 30 }, EXPIRED],
    ['valid from a minute on', { nbf: nowS + 60 }, REFUSED],
    ['issued a minute on', { iat: nowS + 60 }, REFUSED],
    ['issued just beyond the skew', { iat: nowS + 31 }, REFUSED],
    ['issued at no number', { iat: 'today' }, REFUSED],
    ['issued before time began', { iat: -1 }, REFUSED],
    ['for another audience', { aud: 'staging.example' }, REFUSED],
    ['for nobody', { aud: undefined }, REFUSED],
    ['for an audience that only begins so', { aud: `${AUDIENCE}.evil` }, REFUSED],
    ['of another issuer', { iss: 'https://evil.example' }, REFUSED],
    ['of several issuers', { iss: [ISSUER] }, REFUSED],
    ['without an end', { exp: undefined }, REFUSED],
    ['with a text for its end', { exp: String(nowS + 3600) }, REFUSED],
    ['with null for its end', { exp: null }, REFUSED],
    ['with a list for its end', { exp: [nowS + 3600] }, REFUSED],
    ['ending later than dates go', { exp: 1e15 }, REFUSED],
  ])('a token %s is refused', async (_, claims, refusal) => {
    const { identity } = provided();
    await expect(identity.verify(await good(claims), '')).rejects.toMatchObject(refusal);
  });

  test.each<[string, Record<string, unknown>]>([
    ['expired within the skew', { exp: nowS - 29 }],
    ['valid within the skew', { nbf: nowS + 30 }],
    ['issued within the skew', { iat: nowS + 30 }],
    ['for several audiences, this one among them', { aud: ['other', AUDIENCE] }],
    ['that does not say when it was issued', { iat: undefined }],
  ])('a token %s is taken', async (_, claims) => {
    expect(await provided().identity.verify(await good(claims), '')).toMatchObject({ id: 'minji' });
  });

  test.each(['1e999', 'NaN', '"1e999"', '{"valueOf":9}'])(
    'an end of %s is refused, though its signature is right',
    async (exp) => {
      const bytes = Buffer.from(secret);
      const { identity } = worldOf({ tokens: tokens({ secret, algorithm: 'HS256' }) });
      const claims = JSON.stringify(claimsAt(START_MS, { exp: 0 })).replace('"exp":0', `"exp":${exp}`);
      const token = assembled({ alg: 'HS256' }, claims, (input) => createHmac('sha256', bytes).update(input).digest());
      await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    },
  );
});

describe('[AU05] tokens that were tampered with', () => {
  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

  test('one bit flipped anywhere is refused', async () => {
    const { identity } = provided();
    const token = await good();
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.nat(5), async (at, bit) => {
        const letter = LETTERS.indexOf(token.charAt(at));
        fc.pre(letter >= 0);
        const flipped = token.slice(0, at) + LETTERS.charAt(letter ^ (1 << bit)) + token.slice(at + 1);
        await expect(identity.verify(flipped, '')).rejects.toMatchObject(REFUSED);
      }),
    );
  });

  const tampered: readonly [string, (token: string) => string][] = [
    ['a dot more at its end', (token) => `${token}.`],
    ['a dot more at its start', (token) => `.${token}`],
    ['a part more', (token) => `${token}.AAAA`],
    ['a part less', (token) => token.slice(0, token.lastIndexOf('.'))],
    ['an empty middle', (token) => token.replace(/\.[^.]+\./, '..')],
    ['padding', (token) => `${token}==`],
    ['a space before it', (token) => ` ${token}`],
    ['a line end after it', (token) => `${token}\n`],
    ['a space within', (token) => token.replace('.', ' .')],
    ['the letters of plain base64', (token) => token.replaceAll('-', '+').replaceAll('_', '/').replace(/.$/, '+')],
    ['loose bits at its end', (token) => token.slice(0, -1) + LETTERS.charAt(LETTERS.indexOf(token.slice(-1)) | 1)],
    ['a letter that looks alike', (token) => token.replace('e', '\u0435')],
    ['a zero-width space', (token) => token.replace('.', '\u200b.')],
    ['half a surrogate pair', (token) => `${token}\ud800`],
    ['a NUL', (token) => `${token}\u0000`],
    ['wide dots', (token) => token.replaceAll('.', '\uff0e')],
  ];

  test.each(tampered)('%s', async (_, tamper) => {
    const { identity } = provided();
    const token = await good();
    expect(tamper(token)).not.toBe(token);
    await expect(identity.verify(tamper(token), '')).rejects.toMatchObject(REFUSED);
    expect(await identity.verify(token, '')).toMatchObject({ id: 'minji' });
  });

  test('the parts of two tokens make no third', async () => {
    const { identity } = provided();
    const [head = '', , signature = ''] = (await good()).split('.');
    const [, claims = ''] = (await good({ sub: 'admin' })).split('.');
    await expect(identity.verify(`${head}.${claims}.${signature}`, '')).rejects.toMatchObject(REFUSED);
  });

  test.each([7, {}, [], true, Symbol('token'), 'not a token', '...', 'a.b.c', 'x'.repeat(5_000_000)])(
    'what is no token at all',
    async (token) => {
      await expect(provided().identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    },
  );
});

test('[AU14] a token of another environment, issuer or audience of the same keys, is refused', async () => {
  const keys = { publicKeys: [rsaPem], algorithms: ['RS256'] as const };
  const staging = { issuer: ISSUER, audience: 'staging.example', keys };
  const claims = claimsAt(START_MS, { aud: 'staging.example' });
  const token = await signed(claims, { alg: 'RS256' }, rsa.privateKey);
  expect(await worldOf({ tokens: staging }).identity.verify(token, '')).toMatchObject({ id: 'minji' });
  await expect(worldOf({ tokens: tokens(keys) }).identity.verify(token, '')).rejects.toMatchObject(REFUSED);
});
