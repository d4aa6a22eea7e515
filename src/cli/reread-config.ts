/**
 * Handles SIGHUP: reads the configuration again and takes it over. A configuration with mistakes is logged, and nothing
 * changes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from '../config/config.ts';
import { asGatewayError } from '../core/errors.ts';
import type { Gateway } from '../gateway.ts';
import type { Arguments } from './arguments.ts';
import { soundConfig } from './load-config.ts';

/** Settings that hold from one start to the next: sockets and stores are opened by them. */
const ofTheStart = ['server', 'storage', 'telemetry', 'logLevel'] as const satisfies readonly (keyof GatewayConfig)[];

/** One at a time. Never rejects. */
export function configReader(args: Arguments, gateway: Gateway, first: GatewayConfig): () => Promise<void> {
  let reading = 0;
  let last: Promise<void> = Promise.resolve();

  async function readOnce(): Promise<void> {
    try {
      reading += 1;
      const { config } = await soundConfig(args, reading);
      await gateway.reconfigure(config);
      const waiting = ofTheStart.filter((name) => !isDeepStrictEqual(config[name], first[name]));
      gateway.log.info('the configuration was read again', waiting.length === 0 ? {} : { atNextStart: waiting });
    } catch (error) {
      const { message, errorId, cause } = asGatewayError(error);
      gateway.log.error('the configuration was not taken over: the one before stays', { errorId, why: message, cause });
    }
  }

  return () => {
    last = last.then(readOnce);
    return last;
  };
}
