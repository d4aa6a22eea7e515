/** Tokens of Google Cloud for a service account: a signed statement is exchanged for a token of an hour (RFC 7523). */
import { createPrivateKey, createSign, type KeyObject } from 'node:crypto';
import type { Secret } from '../../core/secret.ts';
import { baseUrlMistake } from '../../outbound/base-url.ts';
import { piecesOf } from '../../outbound/body-pieces.ts';
import type { Fetch } from '../../outbound/pooled-fetch.ts';
import { objectOf, parseJson, textOf } from '../../wires/json-fields.ts';
import { machineWords } from '../upstream/machine-words.ts';
import { readWholeBody } from '../upstream/read-whole-body.ts';
import type { AccessToken, TokenFunction } from './access-token.ts';

interface ServiceAccount {
  readonly email: string;
  readonly keyId: string;
  readonly key: KeyObject;
  readonly tokenUrl: string;
  /** The project of the key; empty where the key names none. */
  readonly project: string;
}

const scope = 'https://www.googleapis.com/auth/cloud-platform';
const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Lifetime of a token: an hour, the longest that Google grants. */
const lifeSeconds = 3_600;

/** Reads the JSON of a key file. Throws a sentence that shows nothing of it. */
export function readServiceAccount(keyFile: Secret): ServiceAccount {
  const accepted = 'Accepted is the text of a key file of Google Cloud: JSON with client_email and private_key.';
  const json = objectOf(parseJson(keyFile.reveal()));
  const [email, pem, keyId, project] = ['client_email', 'private_key', 'private_key_id', 'project_id'].map((name) => textOf(json[name]));
  const tokenUrl = textOf(json['token_uri']) || 'https://oauth2.googleapis.com/token';
  if (!email || !pem) throw new Error(`Its serviceAccount is no key of a service account. ${accepted}`);
  if (baseUrlMistake(tokenUrl) !== null) throw new Error(`The token_uri of its serviceAccount is no http or https URL. ${accepted}`);
  return { email, keyId: keyId ?? '', key: privateKeyOf(pem, accepted), tokenUrl, project: project ?? '' };
}

function privateKeyOf(pem: string, accepted: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error(`The private_key of its serviceAccount cannot be read. ${accepted}`);
  }
}

/** Asks the token service of the account with every call. Keep what it gives until it expires. */
export function serviceAccountTokens(account: ServiceAccount, fetch: Fetch, now: () => number = Date.now): TokenFunction {
  return async (signal): Promise<AccessToken> => {
    const issuedAt = Math.floor(now() / 1_000);
    const response = await fetch(account.tokenUrl, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: grant, assertion: assertionOf(account, issuedAt) }).toString(),
      signal,
    });
    const body = objectOf(await readWholeBody(response.body === null ? null : piecesOf(response.body)).catch(() => null));
    const token = textOf(body['access_token']);
    if (response.status >= 300 || token === '') {
      const words = [`HTTP ${response.status}`, ...errorWord(body['error']), ...machineWords(JSON.stringify(body))];
      throw new Error(`The token service refused the service account: ${words.join(', ')}`);
    }
    const seconds = Number(body['expires_in']);
    return { token, expiresAt: (issuedAt + (Number.isFinite(seconds) ? seconds : lifeSeconds)) * 1_000 };
  };
}

/** The error of OAuth, which is one word, such as `invalid_grant`. */
const errorWord = (error: unknown): readonly string[] => (/^[a-z_]{1,64}$/.test(textOf(error)) ? [textOf(error)] : []);

function assertionOf({ email, keyId, key, tokenUrl }: ServiceAccount, issuedAt: number): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId === '' ? {} : { kid: keyId }) };
  const claims = { iss: email, scope, aud: tokenUrl, iat: issuedAt, exp: issuedAt + lifeSeconds };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}
