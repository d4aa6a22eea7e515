/** Where the gateway listens and to whom, what it keeps, and what it tells. */

import { networks } from '../server/client/address.ts';
import type { GatewayConfig } from './config.ts';
import { isWhole, shown } from './mistake-sentences.ts';

export function serverMistakes({ server = {} }: GatewayConfig): string[] {
  const found: string[] = [];
  if (server.port !== undefined && !(Number.isInteger(server.port) && server.port >= 0 && server.port <= 65_535)) {
    found.push(`server.port is ${shown(server.port)}. It must be a whole number from 0 to 65535.`);
  }
  if (server.drainMs !== undefined && !isWhole(server.drainMs, 0))
    found.push(`server.drainMs is ${shown(server.drainMs)}. It must be a whole number of milliseconds, 0 or more.`);
  const { requestsPerMinutePerAddress: rate = false } = server;
  if (rate !== false && !(Number.isInteger(rate) && rate > 0))
    found.push(`server.requestsPerMinutePerAddress is ${shown(rate)}. It must be a whole number above 0, or false for any number.`);
  for (const proxy of server.trustedProxies ?? []) {
    if (!isNetwork(proxy))
      found.push(`server.trustedProxies has ${shown(proxy)}. It must be an address or a network, such as 10.0.0.0/8 or fd00::/8.`);
  }
  for (const origin of server.origins ?? []) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      found.push(`server.origins has ${shown(origin)}. An origin is scheme, host and port, such as https://app.example.com.`);
  }
  return found;
}

function isNetwork(text: string): boolean {
  try {
    networks([text]);
    return true;
  } catch {
    return false;
  }
}

export function telemetryMistakes({ telemetry = {}, server = {} }: GatewayConfig): string[] {
  const { metrics } = telemetry;
  if (metrics === undefined || metrics === false) return [];
  const { port } = metrics;
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    return [`telemetry.metrics.port is ${shown(port)}. It must be a whole number from 0 to 65535.`];
  if (port !== 0 && port === (server.port ?? 4000))
    return [
      `telemetry.metrics.port is ${port}, the gateway's own. Give metrics another port, or leave telemetry.metrics out: /metrics is then served to keys with the scope ai:metrics.`,
    ];
  return [];
}

const maxLostHoldHours = 31 * 24;

export function storageMistakes({ storage = {} }: GatewayConfig): string[] {
  const { usageDays, lostHoldHours } = storage;
  const found: string[] = [];
  if (usageDays !== undefined && !isWhole(usageDays, 1))
    found.push(`storage.usageDays is ${shown(usageDays)}. It must be a whole number of days above 0; leave it out to keep all.`);
  if (lostHoldHours !== undefined && !(isWhole(lostHoldHours, 0) && lostHoldHours <= maxLostHoldHours))
    found.push(`storage.lostHoldHours is ${shown(lostHoldHours)}. It must be a whole number of hours from 0 to ${maxLostHoldHours}.`);
  return found;
}
