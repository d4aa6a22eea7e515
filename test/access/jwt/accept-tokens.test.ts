import { createSign, generateKeyPairSync } from 'node:crypto';
import { exportSPKI, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { openTokens } from '../../../src/access/jwt/accept-tokens.ts';
import { fetchJson } from '../../../src/access/jwt/fetch-json.ts';
import type { Issuer } from '../../../src/access/jwt/issuer.ts';
import { rememberPrincipals } from '../../../src/access/remembered-principals.ts';
import { whenOver } from '../../when-over.ts';
import { audience, issuerOf } from './issuer-rules.ts';
import { type IssuerServer, startIssuer } from './issuer-server.ts';

interface Setup {
  readonly changes?: Partial<Issuer>;
  readonly others?: readonly Issuer[];
  readonly now?: () => number;
  readonly clock?: () => number;
  readonly troubles?: unknown[];
}

async function setup({ changes = {}, others = [], now = Date.now, clock, troubles = [] }: Setup = {}) {
  const server = await startIssuer();
  const tokens = openTokens({
    issuers: [issuerOf(server.url, changes), ...others],
    pseudonymOf: (_, name) => name,
    fetchJson,
    now,
    onTrouble: (_, cause) => troubles.push(cause),
    ...(clock === undefined ? {} : { clock }),
  });
  whenOver(() => tokens.close());
  return { server, tokens };
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const refusedBecause = (sentence: string) => ({ code: 'UNAUTHENTICATED', message: expect.stringContaining(sentence) });

/** A token with any header and any signature. */
function forged(server: IssuerServer, header: object, signature: string, claims: JWTPayload = {}): string {
  const exp = Math.floor(Date.now() / 1_000) + 300;
  return `${encoded(header)}.${encoded({ iss: server.url, aud: audience, sub: 'eve', exp, ...claims })}.${signature}`;
}

describe('tokens of a configured issuer', () => {
  it.each(['RS256', 'PS384', 'ES256', 'ES384', 'EdDSA'])(
    'A token is accepted when it is signed by %s with a key that the issuer publishes',
    async (algorithm) => {
      const { server, tokens } = await setup();
      await server.rotate({ algorithm });
      expect(await tokens.verify(await server.sign())).toMatchObject({ id: 'jwt:login:ann', kind: 'jwt', scopes: ['ai:use'] });
    },
  );

  it('A token is verified once, until it expires', async () => {
    let time = Date.now();
    const { server, tokens } = await setup({ now: () => time, changes: { clockSkewSeconds: 0 } });
    const token = await server.sign({ exp: Math.floor(time / 1_000) + 60 });
    const first = await tokens.verify(token);
    expect(await tokens.verify(token)).toBe(first);
    time += 61_000;
    await expect(tokens.verify(token)).rejects.toMatchObject(refusedBecause('This token expired at'));
  });

  it('A token holds for the seconds that the clocks may differ, and so does what it began', async () => {
    let time = Date.now();
    const { server, tokens } = await setup({ now: () => time });
    const exp = Math.floor(time / 1_000) + 60;
    const token = await server.sign({ exp });
    time = (exp + 29) * 1_000;
    expect((await tokens.verify(token)).expiresAt).toBe((exp + 30) * 1_000);
    time = (exp + 31) * 1_000;
    await expect(tokens.verify(token)).rejects.toMatchObject(refusedBecause('expired'));
  });

  it('A token is accepted for one of several audiences', async () => {
    const { server, tokens } = await setup({ changes: { audiences: ['a', 'b'] } });
    expect((await tokens.verify(await server.sign({ aud: ['x', 'b'] }))).id).toBe('jwt:login:ann');
  });

  it('Tokens are told apart from keys by their form', async () => {
    const { server, tokens } = await setup();
    expect(tokens.isToken(await server.sign())).toBe(true);
    expect(tokens.isToken(`fg_${'a'.repeat(12)}_${'b'.repeat(43)}`)).toBe(false);
  });

  it('A token is accepted from the address of the keys alone, without a discovery document', async () => {
    const { server } = await setup();
    server.discovery({});
    const tokens = openTokens({
      issuers: [issuerOf(server.url, { jwksUrl: `${server.url}/keys` })],
      pseudonymOf: (_, name) => name,
      fetchJson,
      now: Date.now,
    });
    expect((await tokens.verify(await server.sign())).id).toBe('jwt:login:ann');
  });
});

describe('a token is refused in a sentence', () => {
  it.each<[string, JWTPayload, string]>([
    ['for another audience', { aud: 'billing' }, 'is for another audience (accepted: fieldgate)'],
    ['for no audience', { aud: undefined as unknown as string }, 'has no claim "aud"'],
    ['that has expired', { exp: Math.floor(Date.now() / 1_000) - 3_600 }, 'This token expired at'],
    ['that never expires', { exp: undefined as unknown as number }, 'has no claim "exp"'],
    ['that holds from tomorrow on', { nbf: Math.floor(Date.now() / 1_000) + 86_400 }, 'does not hold before'],
    ['that was issued tomorrow', { iat: Math.floor(Date.now() / 1_000) + 86_400 }, 'which is in the future'],
    ['of an issuer that is not configured', { iss: 'https://login.example.org' }, 'is of an issuer that is not configured here'],
    ['of no issuer', { iss: undefined as unknown as string }, 'is of an issuer that is not configured here'],
    ['without a user', { sub: '' }, 'does not say who it is for'],
    ['whose user has a line break', { sub: 'ann\nadmin' }, 'does not say who it is for'],
    ['whose user is a number', { sub: 7 as unknown as string }, 'does not say who it is for'],
    ['whose expiry is a text', { exp: 'never' as unknown as number }, 'has a claim "exp" that is not accepted'],
  ])('A token is refused in a sentence when it is one %s', async (_, claims, sentence) => {
    const { server, tokens } = await setup();
    const payload = { iss: server.url, aud: audience, sub: 'ann', exp: Math.floor(Date.now() / 1_000) + 300, ...claims };
    await expect(tokens.verify(await server.sign(payload))).rejects.toMatchObject(refusedBecause(sentence));
  });

  it('A token is refused when it is signed by nobody (`alg: none`)', async () => {
    const { server, tokens } = await setup();
    await expect(tokens.verify(forged(server, { alg: 'none' }, ''))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(tokens.verify(forged(server, { alg: 'None', kid: 'key-1' }, 'AAAA'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('A token is refused when it is signed with the public key as if that were a shared secret', async () => {
    const { server, tokens } = await setup();
    await server.rotate({ algorithm: 'RS256', kid: 'rsa' });
    const secret = new TextEncoder().encode(await exportSPKI(server.publicKey()));
    const exp = Math.floor(Date.now() / 1_000) + 300;
    const token = await new SignJWT({ iss: server.url, aud: audience, sub: 'eve', exp })
      .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
      .sign(secret);
    await expect(tokens.verify(token)).rejects.toMatchObject(refusedBecause('signed by an algorithm that is not accepted'));
  });

  it('A token is refused when its key is a shared secret that the issuer published by mistake', async () => {
    const { server, tokens } = await setup();
    const secret = new TextEncoder().encode('a secret that everybody can read!');
    server.add({ kty: 'oct', kid: 'oops', k: Buffer.from(secret).toString('base64url') });
    const exp = Math.floor(Date.now() / 1_000) + 300;
    const token = await new SignJWT({ iss: server.url, aud: audience, sub: 'eve', exp })
      .setProtectedHeader({ alg: 'HS256', kid: 'oops' })
      .sign(secret);
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('A token is refused when it brings its own key, in its header or by an address', async () => {
    const { server, tokens } = await setup();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const header = { alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }), jku: `${server.url}/mine`, kid: 'key-1' };
    const [head = '', body = ''] = forged(server, header, '').split('.');
    const signature = createSign('RSA-SHA256').update(`${head}.${body}`).sign(privateKey).toString('base64url');
    await expect(tokens.verify(`${head}.${body}.${signature}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('A token is refused when its claims were changed after it was signed', async () => {
    const { server, tokens } = await setup();
    const [head = '', , signature = ''] = (await server.sign()).split('.');
    const [, body = ''] = forged(server, {}, '', { sub: 'root' }).split('.');
    await expect(tokens.verify(`${head}.${body}.${signature}`)).rejects.toMatchObject(refusedBecause('has a signature that does not hold'));
  });

  it('A token is refused when it is of another configured issuer that signed for the first', async () => {
    const other = await startIssuer();
    const { server, tokens } = await setup({ others: [issuerOf(other.url, { name: 'partner' })] });
    await expect(tokens.verify(await other.sign({ iss: server.url }))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await tokens.verify(await other.sign())).id).toBe('jwt:partner:ann');
  });

  it('A token is refused when it is signed by an algorithm that the operator left out', async () => {
    const { server, tokens } = await setup({ changes: { algorithms: ['RS256'] } });
    await expect(tokens.verify(await server.sign())).rejects.toMatchObject(refusedBecause('(accepted: RS256)'));
  });

  it('A token is refused when it is huge, or no token at all', async () => {
    const { server, tokens } = await setup();
    const huge = await server.sign({ groups: Array.from({ length: 3_000 }, (_, group) => `group-${group}`) });
    await expect(tokens.verify(huge)).rejects.toMatchObject(refusedBecause('more than 16384'));
    for (const text of ['a.b.c', 'e30.e30.e30', `${encoded({ alg: 'ES256' })}.${encoded([])}.AA`, '..']) {
      await expect(tokens.verify(text), text).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });
});

describe('the keys of an issuer', () => {
  it('The keys of an issuer are asked for again when a token names a new one', async () => {
    let clock = 0;
    const { server, tokens } = await setup({ clock: () => clock });
    const old = await server.sign();
    await tokens.verify(old);
    await server.rotate();
    clock += 31_000;
    expect((await tokens.verify(await server.sign())).id).toBe('jwt:login:ann');
    expect((await tokens.verify(old)).id).toBe('jwt:login:ann');
    expect(server.asked()).toBe(2);
  });

  it('The keys of an issuer are asked for once when a thousand tokens name keys that do not exist', async () => {
    let clock = 0;
    const { server, tokens } = await setup({ clock: () => clock });
    await tokens.verify(await server.sign());
    clock += 31_000;
    for (let round = 0; round < 1_000; round += 1) {
      const token = await server.sign({}, { kid: `invented-${round}` });
      await expect(tokens.verify(token)).rejects.toMatchObject(refusedBecause('does not publish'));
    }
    expect(server.asked()).toBe(2);
  });

  it('The keys of an issuer serve for an hour in which it cannot be reached, and are fetched again after it', async () => {
    let clock = 0;
    const troubles: unknown[] = [];
    const { server, tokens } = await setup({ clock: () => clock, troubles });
    await tokens.verify(await server.sign({ sub: 'before' }));
    server.answer((response) => response.writeHead(503).end());
    for (let minute = 0; minute < 60; minute += 1) {
      clock += 60_000;
      expect((await tokens.verify(await server.sign({ sub: `user-${minute}` }))).id).toBe(`jwt:login:user-${minute}`);
    }
    expect(troubles).toHaveLength(1);
    server.answer(null);
    clock += 60_000;
    await tokens.verify(await server.sign({ sub: 'after' }));
    await expect.poll(() => troubles).toHaveLength(2);
    expect(troubles[1]).toBeNull();
  });

  it('The keys of an issuer no longer serve after a day in which it could not be reached', async () => {
    let clock = 0;
    const { server, tokens } = await setup({ clock: () => clock });
    await tokens.verify(await server.sign());
    server.answer((response) => response.destroy());
    clock += 24 * 60 * 60_000;
    await expect(tokens.verify(await server.sign({ sub: 'bob' }))).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('keys of the issuer "login"'),
      details: { about: 'gateway', retryAfterMs: expect.any(Number) },
    });
  });

  it('A token that was accepted is refused when its issuer publishes its key no more', async () => {
    let clock = 0;
    const { server, tokens } = await setup({ clock: () => clock });
    const token = await server.sign();
    await tokens.verify(token);
    const before = tokens.version();
    server.answer((response) => response.end(JSON.stringify({ keys: [] })));
    clock += 11 * 60_000;
    await tokens.verify(await server.sign({ sub: 'bob' })).catch(() => {});
    await expect.poll(() => tokens.version()).not.toBe(before);
    await expect(tokens.verify(token)).rejects.toMatchObject(refusedBecause('does not publish'));
  });

  it('A token that is remembered is refused when its issuer publishes its key no more, also where no other token comes', async () => {
    let clock = 0;
    const { server, tokens } = await setup({ clock: () => clock });
    const remembered = rememberPrincipals(
      ({ authorization }) => tokens.verify(authorization ?? ''),
      { version: async () => tokens.version() },
      Date.now,
    );
    const authorization = await server.sign();
    expect(await remembered({ authorization })).toMatchObject({ id: 'jwt:login:ann' });
    server.answer((response) => response.end(JSON.stringify({ keys: [] })));
    clock += 11 * 60_000;
    const outcome = (): Promise<string> =>
      Promise.resolve(remembered({ authorization })).then(
        ({ id }) => id,
        ({ code }) => code,
      );
    await expect.poll(outcome).toBe('UNAUTHENTICATED');
    expect(server.asked()).toBe(2);
  });

  it('A token that is remembered is not accepted after a day in which the keys of its issuer could not be fetched', async () => {
    let clock = 0;
    const { server, tokens } = await setup({ clock: () => clock });
    const token = await server.sign();
    await tokens.verify(token);
    server.answer((response) => response.destroy());
    clock += 24 * 60 * 60_000;
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });

  it.each<[string, (response: import('node:http').ServerResponse) => void]>([
    ['are refused', (response) => response.writeHead(500).end('no')],
    ['are no JSON', (response) => response.end('<html>')],
    ['are no set', (response) => response.end('{"keys":"none"}')],
    ['are null', (response) => response.end('null')],
    ['are megabytes', (response) => response.end(' '.repeat(2_000_000))],
    ['lead elsewhere', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/keys' }).end()],
    ['are a thousand', (response) => response.end(JSON.stringify({ keys: Array.from({ length: 1_000 }, () => ({ kty: 'RSA' })) }))],
  ])('Keys that %s at the first token blame the gateway, not the caller', async (_, how) => {
    const { server, tokens } = await setup();
    server.answer(how);
    await expect(tokens.verify(await server.sign())).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });

  it('The keys of an issuer are not taken from a discovery document of another issuer', async () => {
    const { server, tokens } = await setup();
    server.discovery({ issuer: 'https://login.example.org', jwks_uri: `${server.url}/keys` });
    await expect(tokens.verify(await server.sign())).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });

  it('The key of a token that does not name it is found among a few', async () => {
    const { server, tokens } = await setup();
    await server.rotate({ kid: null });
    await server.rotate({ kid: null });
    expect((await tokens.verify(await server.sign())).id).toBe('jwt:login:ann');
    const { server: other } = await setup();
    await other.rotate({ kid: null });
    await expect(tokens.verify(await other.sign({ iss: server.url }))).rejects.toMatchObject(refusedBecause('signature'));
  });

  it('The keys of an issuer are fetched before the first token comes, where that is asked for', async () => {
    const { server, tokens } = await setup();
    tokens.prefetch();
    await expect.poll(() => server.asked()).toBe(1);
    await tokens.verify(await server.sign());
    expect(server.asked()).toBe(1);
  });
});
