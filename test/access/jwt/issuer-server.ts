/** An issuer of JWTs over real HTTP: a discovery document, a set of keys that can be changed, and tokens signed with them. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { whenOver } from '../../when-over.ts';
import { audience } from './issuer-rules.ts';

export interface IssuerServer {
  /** `http://127.0.0.1:<port>`; what its tokens have as `iss`. */
  readonly url: string;
  /** How often its keys were asked for. */
  readonly asked: () => number;
  /** The key that signs from now on. `publish: false`: it does not stand in the set. */
  rotate(options?: { readonly kid?: string | null; readonly algorithm?: string; readonly publish?: boolean }): Promise<JWK>;
  /** What the set has beside its keys. */
  add(key: JWK): void;
  /** In place of the set, until it is called with null. */
  answer(how: ((response: ServerResponse) => void) | null): void;
  /** In place of the discovery document. */
  discovery(document: unknown): void;
  sign(claims?: JWTPayload, header?: { readonly kid?: string }): Promise<string>;
  publicKey(): CryptoKey;
}

export async function startIssuer(): Promise<IssuerServer> {
  let asked = 0;
  let published: JWK[] = [];
  let signing: { readonly private: CryptoKey; readonly public: CryptoKey; readonly kid: string | null; readonly algorithm: string } | null =
    null;
  let instead: ((response: ServerResponse) => void) | null = null;
  let document: unknown;
  let rotations = 0;

  const server = createServer((request, response) => {
    if (request.url === '/.well-known/openid-configuration') return void response.end(JSON.stringify(document));
    asked += 1;
    if (instead !== null) return instead(response);
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenOver(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  document = { issuer: url, jwks_uri: `${url}/keys` };

  const issuer: IssuerServer = {
    url,
    asked: () => asked,
    async rotate({ kid, algorithm = 'ES256', publish = true } = {}) {
      rotations += 1;
      const pair = await generateKeyPair(algorithm, { extractable: true });
      const name = kid === undefined ? `key-${rotations}` : kid;
      signing = { private: pair.privateKey, public: pair.publicKey, kid: name, algorithm };
      const key = { ...(await exportJWK(pair.publicKey)), ...(name === null ? {} : { kid: name }), alg: algorithm, use: 'sig' };
      if (publish) published = [...published, key];
      return key;
    },
    add(key) {
      published = [...published, key];
    },
    answer(how) {
      instead = how;
    },
    discovery(other) {
      document = other;
    },
    async sign(claims = {}, header = {}) {
      if (signing === null) throw new Error('The issuer has no key yet.');
      const { kid, algorithm } = signing;
      const now = Math.floor(Date.now() / 1_000);
      const payload = { iss: url, aud: audience, sub: 'ann', iat: now, exp: now + 300, ...claims };
      return new SignJWT(payload).setProtectedHeader({ alg: algorithm, ...(kid === null ? {} : { kid }), ...header }).sign(signing.private);
    },
    publicKey() {
      if (signing === null) throw new Error('The issuer has no key yet.');
      return signing.public;
    },
  };
  await issuer.rotate();
  return issuer;
}
