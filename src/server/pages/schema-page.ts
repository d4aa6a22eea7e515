/** Serves `GET /graphql/schema`: the graph that the caller sees, as SDL, for code generators and editors. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { compressed, compressedFromBytes, readAcceptedEncoding } from '../http/encoding.ts';
import { namesTag } from '../http/entity-tag.ts';
import { HttpRefusal } from '../http/refusal.ts';
import { answersVaryBy } from '../http/respond.ts';

/** Behind the path of the graph, or of a contract: `/graphql/schema`, `/graphql/mobile/schema`. */
export const schemaPathEnd = '/schema';

export interface PublicSchema {
  readonly sdl: string;
  /** The ETag of the text, with its quotation marks: another text has another one. */
  readonly etag: string;
}

/** The SDL of the contract, or of the whole graph; null while there is no graph. */
export type PublicSchemaFor = (contract: string | null) => PublicSchema | null;

const scope = 'ai:use';

/** Throws 405, FORBIDDEN without the scope, and MODEL_UNAVAILABLE while there is no graph. */
export async function answerSchema(
  request: IncomingMessage,
  response: ServerResponse,
  { principal, schema }: { readonly principal: Principal; readonly schema: () => PublicSchema | null },
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HttpRefusal(405, `${request.method} is not used here: send GET.`, { Allow: 'GET, HEAD, OPTIONS' });
  if (!principal.scopes.includes(scope))
    throw new GatewayError('FORBIDDEN', `The schema is for callers with the scope "${scope}". You have: ${listed(principal.scopes)}.`);
  const shown = schema();
  if (shown === null)
    throw new GatewayError('MODEL_UNAVAILABLE', 'The graph has not been composed yet. Ask again in a moment; /health/ready says why.', {
      retryAfterMs: 1_000,
    });
  const { sdl, etag } = shown;
  const encoding = sdl.length < compressedFromBytes ? null : readAcceptedEncoding(request.headers['accept-encoding']);
  const headers = {
    ETag: etag,
    // A cache must ask each time whether the text is still the same, because permissions and the graph change.
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    Vary: `${answersVaryBy}, Authorization`,
  };
  if (namesTag(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers);
    return void response.end();
  }
  const body = encoding === null ? Buffer.from(sdl) : await compressed(sdl, encoding);
  if (response.destroyed) return;
  response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(body.length),
    ...(encoding === null ? {} : { 'Content-Encoding': encoding }),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const listed = (scopes: readonly string[]): string => (scopes.length === 0 ? 'none' : scopes.join(', '));
