/** `server.limits`: every number of it, its name and its ceiling. */

import { nearestName } from '../core/nearest-name.ts';
import { limitNames, type ServerLimits, serverLimits } from '../server/server-limits.ts';
import type { GatewayConfig } from './config.ts';
import { isWhole, shown } from './mistake-sentences.ts';

const mebibyte = 1024 * 1024;
const dayMs = 24 * 60 * 60 * 1000;

/** Beyond these the machine gives out before the limit does: of the parser's stack, of one text, of a timer. */
const ceilings: Partial<Readonly<Record<keyof ServerLimits, number>>> = {
  maxBodyBytes: 256 * mebibyte,
  maxHeaderBytes: mebibyte,
  maxNesting: 1_000,
  maxDepth: 1_000,
};

/** A share, and the whole that it must leave something of. */
const shares: readonly (readonly [keyof ServerLimits, keyof ServerLimits])[] = [
  ['maxConnectionsWithoutKey', 'maxConnections'],
  ['maxSocketsWithoutKey', 'maxSockets'],
];

export function limitMistakes({ server: { limits: given = {} } = {} }: GatewayConfig): string[] {
  const found: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!isLimit(name)) {
      const near = nearestName(name, limitNames);
      found.push(
        `server.limits.${name} is no setting. ${near === null ? `Settings here: ${limitNames.join(', ')}.` : `Did you mean ${near}?`}`,
      );
      continue;
    }
    const max = ceilings[name] ?? (name.endsWith('Ms') ? dayMs : Number.MAX_SAFE_INTEGER);
    if (!isWhole(value, 1) || value > max)
      found.push(
        `server.limits.${name} is ${shown(value)}. It must be a whole number from 1${max === Number.MAX_SAFE_INTEGER ? ' on' : ` to ${max}`}.`,
      );
  }
  if (found.length > 0) return found;
  const limits = serverLimits(given);
  for (const [share, whole] of shares)
    if (given[share] !== undefined && limits[share] >= limits[whole])
      found.push(
        `server.limits.${share} is ${limits[share]}, and ${whole} is ${limits[whole]}. It must be below it, so that clients with a key get in.`,
      );
  return found;
}

const isLimit = (name: string): name is keyof ServerLimits => (limitNames as readonly string[]).includes(name);
