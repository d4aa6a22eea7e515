/** A whole gateway below a path of a proxy's, in both styles of proxies: with plain answers and with streams over each transport. */
import { describe, expect, it } from 'vitest';
import { pathProxy } from '../path-proxy.ts';
import { ask, eventsOver, saying, scripted, textOf, transports } from './streams.ts';

describe.each([
  { proxy: 'a proxy that keeps its path', keeps: true },
  { proxy: 'a proxy that takes its path away', keeps: false },
])('a gateway behind $proxy', ({ proxy, keeps }) => {
  it(`a gateway behind ${proxy} answers operations, pages of health, metrics and its schema, and streams over every transport`, async () => {
    const at = '/tools/ai';
    const { gateway, upstream } = await scripted({ server: { drainMs: 500, ...(keeps ? { basePath: at } : {}) } });
    const { url, sockets } = await pathProxy(gateway.url, { at, keeps });
    const authorization = `Bearer ${gateway.developmentKey}`;
    const at200 = async (path: string): Promise<string> => {
      const response = await fetch(`${url}${path}`, { headers: { authorization } });
      expect([path, response.status]).toEqual([path, 200]);
      return response.text();
    };
    expect(await at200('/graphql?query={aiViewer{principal}}')).toContain('key:');
    expect(await at200('/health/live')).toContain('true');
    expect(await at200('/health/ready')).toContain('ready');
    expect(await at200('/metrics')).toContain('fieldgate_');
    expect(await at200('/graphql/schema')).toContain('type Query');
    for (const [name, transport] of transports) {
      upstream.plays(saying('Hi ', 'there.'));
      const events = await eventsOver(transport({ ...gateway, url: `${url}/graphql` }, { variables: ask(`Greet me over ${name}.`) }));
      expect([name, textOf(events)]).toEqual([name, 'Hi there.']);
    }
    expect(sockets()).toBe(1);
    expect(new URL(gateway.url).pathname).toBe(keeps ? '/tools/ai/graphql' : '/graphql');
  });
});
