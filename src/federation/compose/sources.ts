/** Reads SDL from its source: a running subgraph, a file, or the configuration. */
import { readFile, stat } from 'node:fs/promises';
import { GatewayError } from '../../core/errors.ts';
import { abortError, untilAborted } from '../../core/turns/abort.ts';
import { clientFor } from '../../outbound/http-client.ts';
import { BodyTooLarge, readBody } from '../../outbound/read-body.ts';

export interface SupergraphReader {
  /** The place that is read, without secrets. */
  readonly from: string;
  /** Reads the newest supergraph. Rejects with a sentence when there is none. */
  read(signal: AbortSignal): Promise<string>;
}

export interface SubgraphSource {
  readonly name: string;
  /** Address that its operations are sent to. */
  readonly url: string;
  /** Its SDL, a file with it, or null: the subgraph is asked (`_service { sdl }`). */
  readonly sdl?: { readonly text: string } | { readonly file: string } | null;
  /** Headers of the request for its SDL. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Authorities as PEM, in place of those that Node trusts. */
  readonly ca?: string | null;
  /** Whether to use HTTP/2 when the address has no TLS. */
  readonly h2c?: boolean;
}

const maxSdlMiB = 16;
const maxSdlBytes = maxSdlMiB * 1024 * 1024;

/** Throws SUBGRAPH_UNAVAILABLE when the subgraph does not answer, and BAD_REQUEST for a file that cannot be read. */
export async function readSubgraph(source: SubgraphSource, signal: AbortSignal): Promise<string> {
  const { name, sdl = null } = source;
  if (sdl === null) return askedForSdl(source, signal);
  if ('text' in sdl) return sdl.text;
  return fileText(sdl.file, `SDL of the subgraph "${name}"`, signal);
}

/** Throws BAD_REQUEST for a file that cannot be read. */
export const supergraphFile = (file: string): SupergraphReader => ({
  from: file,
  read: (signal) => fileText(file, 'supergraph', signal),
});

const files = new Map<string, { readonly stamp: string; readonly text: string }>();

/** Reads the file again only when its time or size has changed. Polling works on every file system. */
async function fileText(file: string, what: string, signal: AbortSignal): Promise<string> {
  try {
    const { mtimeMs, size } = await untilAborted(stat(file), signal);
    const stamp = `${mtimeMs}:${size}`;
    const known = files.get(file);
    if (known?.stamp === stamp) return known.text;
    const text = await readFile(file, { encoding: 'utf8', signal });
    if (text.trim() === '') throw new Error('It is empty.');
    files.set(file, { stamp, text });
    return text;
  } catch (cause) {
    if (signal.aborted) throw abortError(signal);
    throw new GatewayError('BAD_REQUEST', `The file ${file} with the ${what} cannot be read, or is empty.`, {}, { cause });
  }
}

async function askedForSdl({ name, url, headers = {}, ca = null, h2c = false }: SubgraphSource, signal: AbortSignal): Promise<string> {
  const unavailable = (what: string, cause?: unknown): GatewayError =>
    new GatewayError('SUBGRAPH_UNAVAILABLE', `The subgraph "${name}" ${what}`, {}, { cause });
  let body: unknown;
  try {
    const response = await clientFor({ ca, h2c }).send(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: 'query SubgraphSdl { _service { sdl } }' }),
      signal,
    });
    body = JSON.parse((await readBody(response.body, maxSdlBytes)).toString('utf8')) as unknown;
  } catch (cause) {
    if (cause instanceof BodyTooLarge) {
      throw unavailable(`did not give its SDL: its answer is larger than ${maxSdlMiB} MiB. Give its SDL as a file, or make it smaller.`);
    }
    throw unavailable(
      'did not give its SDL: it could not be reached, or its answer was no JSON. Start it, or give its SDL as a file.',
      cause,
    );
  }
  const sdl = (body as { readonly data?: { readonly _service?: { readonly sdl?: unknown } | null } | null } | null)?.data?._service?.sdl;
  if (typeof sdl !== 'string' || sdl.trim() === '') {
    throw unavailable(
      'did not give its SDL: `_service { sdl }` answered nothing. Make it a federation subgraph, or give its SDL as a file.',
    );
  }
  return sdl;
}
