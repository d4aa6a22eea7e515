/**
 * The log: events with fields, one JSON line each.
 *
 * This file removes what must never be logged, so that callers need not: secrets by name and by shape, prompts and answers
 * by name. Of an error it keeps the name, message, code and causes, because other properties of vendors' errors contain
 * whole requests.
 */
import { LRUCache } from 'lru-cache';
import { type DestinationStream, type LevelWithSilent, pino } from 'pino';
import { GatewayError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { processLogOutput } from './log-output.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `event`: what happened, in a few constant words; everything that varies goes into the fields. */
export interface Log {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}

export interface LogOptions {
  readonly level?: LevelWithSilent;
  /** Where lines go; standard output, through `processLogOutput`, when it is left out. */
  readonly destination?: DestinationStream;
}

/**
 * A log of JSON lines, on standard output unless `destination` says otherwise.
 *
 * @example
 * ```ts
 * import { createGateway, defineConfig, fromEnvironment, openLog } from 'fieldgate';
 *
 * const log = openLog({ level: 'warn', destination: process.stderr });
 * const gateway = await createGateway(defineConfig(fromEnvironment()), { folder: '.', loopback: true, log });
 * await gateway.close();
 * ```
 */
export function openLog({ level = 'info', destination }: LogOptions = {}): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const out = pino(options, destination ?? processLogOutput());
  const isNews = newsOnce(maxErrorIds);
  const write =
    (at: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields: Fields = {}): void => {
      if (out.isLevelEnabled(at) && isNews(fields['errorId'])) out[at](clean(fields), event);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Errors that have been logged. The number is enough for an error that passes several places and returns when its completion is read. */
const maxErrorIds = 10_000;

/** One line an error: the first, which is written where most is known. What has no errorId is always news. */
function newsOnce(most: number): (errorId: unknown) => boolean {
  const told = new LRUCache<string, true>({ max: most });
  return (errorId) => {
    if (typeof errorId !== 'string') return true;
    if (told.has(errorId)) return false;
    told.set(errorId, true);
    return true;
  };
}

/**
 * A log that writes nothing, for tests.
 *
 * @example
 * ```ts
 * import { createGateway, defineConfig, fromEnvironment, silentLog } from 'fieldgate';
 *
 * const gateway = await createGateway(defineConfig({ ...fromEnvironment(), storage: { folder: null } }), {
 *   folder: '.',
 *   loopback: true,
 *   log: silentLog,
 * });
 * await gateway.close();
 * ```
 */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

const secretNames =
  /^(?:.*[-_])?(?:authorization|cookie|password|secret|credential|api[-_]?key|token)s?$|apikey|(?:Secret|Password|ApiKey|Token)$/i;
const contentNames =
  /^(?:prompt|messages?content|messages|content|text|texts|answer|question|request|requestBody|requestBodyValues|responseBody|body|variables|arguments)$/i;
/** Bearer credentials, our own keys, vendors' keys, and the credentials and query of a URL. */
const secretShapes =
  /Bearer\s+[^\s"',]+|\bfgt?_[\w-]{6,}|\b(?:sk|pk|rk|xai|gsk|hf)[-_][\w-]{8,}|\bAIza[\w-]{10,}|(?<=:\/\/)[^\s/@]+@|(?<=https?:\/\/[^\s?"']{1,500})\?[^\s"']+/gi;
const longestText = 500;
const deepest = 4;
const maxItems = 50;

function clean(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleanField(name, value, 0)]));
}

function cleanField(name: string, value: unknown, depth: number): unknown {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Secret || secretNames.test(name)) return '[secret]';
  if (contentNames.test(name)) return '[content]';
  if (typeof value === 'string') return cleanText(value);
  if (value instanceof Error) return errorFields(value, depth);
  if (typeof value !== 'object' || depth >= deepest) return `[${typeof value}]`;
  if (ArrayBuffer.isView(value)) return '[bytes]';
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => cleanField('', item, depth + 1));
  const entries = Object.entries(value).slice(0, maxItems);
  return Object.fromEntries(entries.map(([key, item]) => [key, cleanField(key, item, depth + 1)]));
}

function cleanText(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return short.replace(secretShapes, '[secret]');
}

function errorFields(error: Error, depth: number): Record<string, unknown> {
  if ('responseBody' in error) return vendorErrorFields(error);
  const own = error instanceof GatewayError;
  const code: unknown = 'code' in error ? error.code : undefined;
  const status: unknown = 'statusCode' in error ? error.statusCode : undefined;
  return {
    name: error.name,
    message: cleanText(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(own ? { errorId: error.errorId } : { stack: cleanText(framesOf(error)) }),
    ...(error.cause === undefined || depth >= deepest ? {} : { cause: cleanField('cause', error.cause, depth + 1) }),
  };
}

/** A vendor's message may repeat what was asked, or a key: its status and its words for machines say what went wrong. */
function vendorErrorFields(error: Error): Record<string, unknown> {
  const { statusCode, data } = error as { readonly statusCode?: unknown; readonly data?: unknown };
  const inner: unknown = typeof data === 'object' && data !== null && 'error' in data ? data.error : data;
  const words = typeof inner === 'object' && inner !== null ? (inner as Readonly<Record<string, unknown>>) : {};
  const machineWord = (name: string): Record<string, string> => {
    const value = words[name];
    return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? { [name]: cleanText(value) } : {};
  };
  return {
    name: error.name,
    ...(typeof statusCode === 'number' ? { status: statusCode } : {}),
    ...machineWord('type'),
    ...machineWord('code'),
    ...machineWord('status'),
    ...machineWord('param'),
  };
}

/** The stack of the error without its message, which is cut on its own. */
const framesOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 4)
    .map((line) => line.trim())
    .join(' | ');
