import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { GatewayError } from '../core/errors.ts';
import type { Masking } from './errors.ts';
import { headersOf, statusOf } from './refusal.ts';

export const mediaTypes = {
  json: 'application/json; charset=utf-8',
  'graphql-response': 'application/graphql-response+json; charset=utf-8',
} as const;

export function respondJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  mediaType: string = mediaTypes.json,
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': mediaType,
    'Content-Length': String(Buffer.byteLength(text)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(text);
}

/** A refusal as a GraphQL response, whatever was asked. */
export function respondRefusal(response: ServerResponse, error: GatewayError, mask: Masking, mediaType: string = mediaTypes.json): void {
  const result: ExecutionResult = { errors: [mask.error(error)] };
  respondJson(response, statusOf(error), result, headersOf(error), mediaType);
}
