/**
 * Handles SIGHUP: reads the configuration again and takes it over. A configuration with mistakes is logged, and nothing
 * changes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from '../config/config.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { untilAborted } from '../core/turns/abort.ts';
import type { Gateway } from '../gateway.ts';

/** Settings that hold from one start to the next: sockets and stores are opened by them. */
const ofTheStart = ['server', 'cache', 'storage', 'telemetry', 'logLevel'] as const satisfies readonly (keyof GatewayConfig)[];

/** A module that awaits what never comes would keep every later reading waiting. */
const maxLoadMs = 30_000;

/** `load` gets the number of the reading. Readings run one at a time; all requests during one are served by one more. Never rejects. */
export function configReader(
  load: (reading: number) => Promise<{ readonly config: GatewayConfig }>,
  gateway: Pick<Gateway, 'reconfigure' | 'log'>,
  first: GatewayConfig,
  maxMs: number = maxLoadMs,
): () => Promise<void> {
  let reading = 0;
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  async function loaded(): Promise<GatewayConfig> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(notLoaded(maxMs)), maxMs);
    timer.unref();
    try {
      return (await untilAborted(load(reading), late.signal)).config;
    } finally {
      clearTimeout(timer);
    }
  }

  async function readOnce(): Promise<void> {
    try {
      reading += 1;
      const config = await loaded();
      await gateway.reconfigure(config);
      const waiting = ofTheStart.filter((name) => !isDeepStrictEqual(asWritten(config[name]), asWritten(first[name])));
      gateway.log.info('the configuration was read again', waiting.length === 0 ? {} : { atNextStart: waiting });
    } catch (error) {
      const { message, errorId, cause } = asGatewayError(error);
      gateway.log.error('the configuration was not taken over: the one before stays', { errorId, why: message, cause });
    }
  }

  return () => {
    next ??= last.then(() => {
      next = null;
      last = readOnce();
      return last;
    });
    return next;
  };
}

/** The settings without functions and stores, which are other objects at each reading although they do the same. */
function asWritten(settings: unknown): unknown {
  const text = JSON.stringify({ settings }, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.getPrototypeOf(value) === Object.prototype ? value : undefined;
  });
  return JSON.parse(text);
}

const notLoaded = (ms: number): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `The configuration was not loaded within ${ms / 1_000} seconds: it waits for something that does not come. A module that is loaded by then would be accepted.`,
  );
