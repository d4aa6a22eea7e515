/** Signs requests to AWS (Signature Version 4, docs.aws.amazon.com/IAM, "Create a signed AWS API request"). */
import { createHash, createHmac } from 'node:crypto';
import { type Fetch, fetchAround } from '../../outbound/pooled-fetch.ts';
import type { AwsKeySource, AwsKeys } from './aws-credentials.ts';

export interface Signing {
  /** Such as `eu-central-1`. */
  readonly region: string;
  /** As the signature names it: `bedrock`. */
  readonly service: string;
}

/** A fetch whose requests are signed; their bodies are text. Keys that are refused are not used again. */
export const fetchSigned = (fetch: Fetch, { keys, ...signing }: Signing & { readonly keys: AwsKeySource }): Fetch =>
  fetchAround(fetch, {
    async prepare(init, url) {
      const given = await keys.get(init.signal ?? new AbortController().signal);
      const headers = new Headers(init.headers);
      const signed = signedHeaders({ url, body: String(init.body ?? ''), keys: given, at: new Date(), ...signing });
      for (const [name, value] of Object.entries(signed)) headers.set(name, value);
      return { ...init, headers };
    },
    answered: ({ status }) => {
      if (status === 401 || status === 403) keys.forget();
    },
  });

/** The signature of a POST without a query. `host` is signed too, as it stands in the URL. */
export function signedHeaders({
  url,
  body,
  keys: { accessKeyId, secretAccessKey, sessionToken },
  at,
  region,
  service,
}: Signing & { readonly url: string; readonly body: string; readonly keys: AwsKeys; readonly at: Date }): Readonly<Record<string, string>> {
  const { host, pathname } = new URL(url);
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const headers = { 'x-amz-date': time, ...(sessionToken === null ? {} : { 'x-amz-security-token': sessionToken }) };
  const signed = Object.entries({ host, ...headers }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value.trim().replace(/\s+/g, ' ')}\n`).join('');
  const request = ['POST', encodedPath(pathname), '', lines, names, sha256(body)].join('\n');
  const scope = [day, region, service, 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(request)].join('\n');
  const key = scope.reduce<Buffer | string>((sofar, part) => hmac(sofar, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, text).toString('hex');
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** Encodes the path once more where it is encoded already, as all services but S3 demand. */
const encodedPath = (pathname: string): string =>
  encodeURIComponent(pathname)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
