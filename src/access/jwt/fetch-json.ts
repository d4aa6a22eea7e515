import { sharedHttpClient } from '../../outbound/http-client.ts';
import { readBody } from '../../outbound/read-body.ts';

/** A set of a hundred keys with certificates has about 200 KB. */
const maxBytes = 512 * 1024;

/** Reads JSON from an address that the operator configured. Redirects are not followed. */
export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const { status, body } = await sharedHttpClient().send(url, { method: 'GET', headers: { accept: 'application/json' }, signal });
  if (status !== 200) {
    body.destroy();
    throw new Error(`${url} answered with status ${status}, and 200 is needed.`);
  }
  return JSON.parse((await readBody(body, maxBytes)).toString('utf8'));
}
