import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { GatewayError } from '../../core/errors.ts';
import type { Masking } from '../response-errors.ts';
import { compressed, compressedFromBytes, readAcceptedEncoding } from './encoding.ts';
import { headersOf, statusOf } from './refusal.ts';
import { drainBody, hasUnreadBody } from './unread-body.ts';

export const mediaTypes = {
  json: 'application/json; charset=utf-8',
  'graphql-response': 'application/graphql-response+json; charset=utf-8',
} as const;

/** Request headers that an answer of the gateway depends on. */
export const answersVaryBy = 'Origin, Accept, Accept-Encoding';

export function respondJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  mediaType: string = mediaTypes.json,
): void {
  respondText(response, status, JSON.stringify(body), Object.entries(headers), mediaType);
}

/** Lines of headers. A name may stand in several lines, as `Set-Cookie` does. */
export type AnswerHeaderLines = readonly (readonly [name: string, value: string])[];

/** An answer that may be large: compressed where the client accepts that, and at once where it is not. */
export function respondResultJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  mediaType: string,
  headers: AnswerHeaderLines,
): Promise<void> | void {
  const text = JSON.stringify(body);
  const encoding = text.length < compressedFromBytes ? null : readAcceptedEncoding(response.req.headers['accept-encoding']);
  if (encoding === null) return respondText(response, status, text, headers, mediaType);
  return compressed(text, encoding).then((bytes) =>
    respondText(response, status, bytes, [...headers, ['Content-Encoding', encoding]], mediaType),
  );
}

/** From this length on, in UTF-16 units, a text is sent as bytes: node would join the head and a text, and copy both. */
const sentAsBytesFrom = 64 * 1024;

function respondText(response: ServerResponse, status: number, text: string | Buffer, headers: AnswerHeaderLines, mediaType: string): void {
  if (response.headersSent || response.destroyed) return;
  const content = typeof text === 'string' && text.length >= sentAsBytesFrom ? Buffer.from(text) : text;
  // Node writes an array as it is, where no header was set before.
  const written = [
    'Content-Type',
    mediaType,
    'Content-Length',
    String(Buffer.byteLength(content)),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    'Vary',
    answersVaryBy,
  ];
  for (const [name, value] of headers) written.push(name, value);
  response.writeHead(status, written);
  endAnswer(response, content);
}

/** Sends the rest of an answer at once, and ends it when the request has been sent: see `unread-body.ts`. */
export function endAnswer(response: ServerResponse, content: string | Buffer): void {
  if (!hasUnreadBody(response.req)) return void response.end(content);
  response.write(content);
  drainBody(response.req, () => response.end());
}

/** Writes a refusal as a GraphQL response, whatever was asked. */
export function respondRefusal(response: ServerResponse, error: GatewayError, mask: Masking, mediaType: string = mediaTypes.json): void {
  const result: ExecutionResult = { errors: [mask.error(error)] };
  respondJson(response, statusOf(error), result, headersOf(error), mediaType);
}
