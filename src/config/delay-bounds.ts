/** Delays that no timer has: a longer one would fire at once, so that a route hedges every call and a graph is polled without a pause. */
import type { GatewayConfig } from './config.ts';
import { shown } from './mistake-sentences.ts';

const maxDelayMs = 2 ** 31 - 1;
const maxDelaySeconds = Math.floor(maxDelayMs / 1_000);

export function delayMistakes({ routes, graph = {}, server = {} }: GatewayConfig): string[] {
  const inMs = [
    ['server.drainMs', server.drainMs] as const,
    ...Object.entries(routes).flatMap(([name, { firstChunkMs, idleMs, totalMs, hedge }]) => [
      [`routes.${name}.firstChunkMs`, firstChunkMs] as const,
      [`routes.${name}.idleMs`, idleMs] as const,
      [`routes.${name}.totalMs`, totalMs] as const,
      [`routes.${name}.hedge.afterMs`, hedge?.afterMs] as const,
    ]),
    ...(graph.subgraphs ?? []).map(({ timeoutMs }, index) => [`graph.subgraphs.${index}.timeoutMs`, timeoutMs] as const),
  ];
  return [
    ...inMs.flatMap(([path, ms]) => tooLong(path, ms, maxDelayMs, 'milliseconds')),
    ...tooLong('graph.pollSeconds', graph.pollSeconds, maxDelaySeconds, 'seconds'),
  ];
}

const tooLong = (path: string, value: unknown, max: number, unit: string): string[] =>
  typeof value === 'number' && value > max ? [`${path} is ${shown(value)}. It must be at most ${max} ${unit}, which are 24 days.`] : [];
