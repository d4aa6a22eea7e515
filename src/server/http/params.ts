/** Reads the GraphQL request from an HTTP request: GET with a query string, or POST with JSON. Other forms are refused. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../core/errors.ts';
import { noteSource } from '../../core/json/exact-source.ts';
import { waitInLine } from '../../core/turns/turns.ts';
import type { AskedDocument } from '../../documents/trusted-documents.ts';
import { checkJsonSize, checkJsonSizeInTurns, variablesWithin } from '../document/json-size.ts';
import { type LoopTurns, requestBytesPerTurn } from '../loop-turns.ts';
import type { ServerLimits } from '../server-limits.ts';
import { readBody } from './body.ts';
import { HttpRefusal } from './refusal.ts';

export interface GraphQLParams extends AskedDocument {
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
}

export function paramsOfUrl(search: string, limits: ServerLimits): GraphQLParams {
  refuseBrokenEncoding(search);
  const found = new URLSearchParams(search);
  const json = (name: string): unknown => {
    const text = found.get(name);
    if (text === null || text === '') return null;
    checkJsonSize(Buffer.from(text), limits, variablesWithin.url);
    try {
      const value: unknown = JSON.parse(text);
      if (name === 'variables' && isObject(value)) noteSource(value, text, []);
      return value;
    } catch {
      throw new GatewayError('BAD_REQUEST', `"${name}" in the URL is not valid JSON. Send a JSON object, percent-encoded.`);
    }
  };
  return checkParams({
    query: found.get('query'),
    documentId: found.get('documentId'),
    operationName: found.get('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

/** Refuses bytes that are no text: URLSearchParams would replace them silently. */
function refuseBrokenEncoding(search: string): void {
  try {
    decodeURIComponent(search);
  } catch {
    throw new GatewayError('BAD_REQUEST', 'The URL has percent-encoding that is not UTF-8 text.');
  }
}

/** `turns`: of the bytes that are read and parsed in one turn of the event loop. */
export function paramsOfBody(request: IncomingMessage, limits: ServerLimits, turns: LoopTurns): GraphQLParams | Promise<GraphQLParams> {
  refuseMediaType(request);
  const body = readBody(request, limits);
  return body instanceof Promise ? body.then((bytes) => paramsIn(bytes, limits, turns)) : paramsIn(body, limits, turns);
}

function paramsIn(body: Buffer, limits: ServerLimits, turns: LoopTurns): GraphQLParams | Promise<GraphQLParams> {
  const turn = turns.take(body.length);
  if (turn !== null || body.length > requestBytesPerTurn) return inTurn(body, limits, turn);
  const { isLarge } = checkJsonSize(body, limits, variablesWithin.body);
  checkText(body);
  return isLarge ? parsedInTurns(body) : checkParams(parsed(body));
}

async function inTurn(body: Buffer, limits: ServerLimits, turn: Promise<void> | null): Promise<GraphQLParams> {
  if (turn !== null) await turn;
  // The end of a body arrives while sockets are read. Work that waits for one turn from here would still be done in the same turn.
  const check = body.length > requestBytesPerTurn ? checkJsonSizeInTurns : checkJsonSize;
  const { isLarge } = await check(body, limits, variablesWithin.body);
  checkText(body);
  return isLarge ? parsedInTurns(body) : checkParams(parsed(body));
}

async function parsedInTurns(body: Buffer): Promise<GraphQLParams> {
  await waitInLine();
  const data = parsed(body);
  await waitInLine();
  return checkParams(data);
}

function checkText(body: Buffer): void {
  if (body.length === 0) throw new GatewayError('BAD_REQUEST', 'The request has no body. Send JSON: { "query": "..." }.');
  if (!isUtf8(body)) throw new GatewayError('BAD_REQUEST', 'The body is not valid UTF-8, which JSON must be.');
}

function parsed(body: Buffer): unknown {
  try {
    const text = body.toString('utf8');
    const data: unknown = JSON.parse(text);
    if (isObject(data) && isObject(data['variables'])) noteSource(data['variables'], text, ['variables']);
    return data;
  } catch {
    throw new GatewayError('BAD_REQUEST', 'The body is not valid JSON. Send a JSON object: { "query": "...", "variables": { } }.');
  }
}

/** Throws BAD_REQUEST for what is not a GraphQL request, in a sentence. */
export function checkParams(data: unknown): GraphQLParams {
  if (Array.isArray(data))
    throw new GatewayError('BAD_REQUEST', 'Batches of operations are not accepted: send one request for each, they share a connection.');
  if (!isObject(data)) throw new GatewayError('BAD_REQUEST', `A GraphQL request is a JSON object with "query"; this is ${kindOf(data)}.`);
  const { query = null, documentId = null, operationName, variables, extensions } = data;
  checkMember('variables', variables);
  checkMember('extensions', extensions);
  const id = documentId ?? persistedHash(extensions);
  if (id !== null && (typeof id !== 'string' || id === '' || id.length > maxIdLength))
    throw new GatewayError('BAD_REQUEST', `The id of a document must be text of at most ${maxIdLength} characters; this is ${kindOf(id)}.`);
  if (id === null && (query === null || query === ''))
    throw new GatewayError('BAD_REQUEST', 'There is no "query". Send the text of a GraphQL document.');
  if (query !== null && typeof query !== 'string')
    throw new GatewayError('BAD_REQUEST', `"query" must be the text of a GraphQL document; this is ${kindOf(query)}.`);
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw new GatewayError('BAD_REQUEST', `"operationName" must be text or null; this is ${kindOf(operationName)}.`);
  }
  return {
    query: query ?? '',
    documentId: id,
    isPersistedQuery: documentId === null && id !== null,
    operationName: operationName === undefined || operationName === '' ? null : operationName,
    variables: isObject(variables) ? variables : null,
  };
}

function checkMember(name: string, value: unknown): void {
  if (value === undefined || value === null || isObject(value)) return;
  throw new GatewayError('BAD_REQUEST', `"${name}" must be a JSON object or null; this is ${kindOf(value)}.`);
}

/** Apollo Client, urql and mobile clients name a document so; others by `documentId`. */
const persistedHash = (extensions: unknown): unknown => {
  const persisted = isObject(extensions) ? extensions['persistedQuery'] : null;
  return isObject(persisted) ? (persisted['sha256Hash'] ?? null) : null;
};
const maxIdLength = 256;

/** Refuses other media types than JSON: any web page can send forms and plain text without a preflight, and JSON only with one. */
function refuseMediaType({ headers }: IncomingMessage): void {
  if (headers['content-type'] === 'application/json' && headers['content-encoding'] === undefined) return;
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    const sent = type.trim() === '' ? 'no content type' : `"${type.trim().slice(0, 100)}"`;
    throw new HttpRefusal(415, `The body has ${sent}; this gateway reads "application/json" only.`, { 'Accept-Post': 'application/json' });
  }
  const charset = parameters.map((parameter) => /^\s*charset="?([^"\s]+)"?\s*$/i.exec(parameter)?.[1]).find((name) => name !== undefined);
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8' && charset.toLowerCase() !== 'utf8') {
    throw new HttpRefusal(415, `The body has the charset "${charset.slice(0, 40)}"; JSON is sent as utf-8.`);
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new HttpRefusal(415, `The body has the encoding "${encoding.slice(0, 40)}"; send it uncompressed.`, {
      'Accept-Encoding': 'identity',
    });
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};
