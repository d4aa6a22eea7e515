/** All that the server answers stands below one path, as behind a proxy that hands requests on with the path that it was asked for. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { readBuiltPage } from '../../src/server/pages/built-pages.ts';
import { temporaryFolder } from '../storage/state.ts';
import { serve } from './fixture.ts';

async function below(basePath: string) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), 'Chat');
  const { url } = await serve({
    basePath,
    development: false,
    pages: [readBuiltPage('/chat', folder)],
    contracts: () => ['mobile'],
    publicSchema: () => ({ sdl: 'type Query', etag: '"1"' }),
    doors: [
      {
        path: '/v1',
        answer: async ({ response }) => void response.end('a door'),
        refuse: (response, error) => void response.writeHead(418).end(`refused in the form of the door: ${error.code}`),
      },
    ],
  });
  const { origin } = new URL(url);
  return { url, origin, at: (path: string, init: RequestInit = {}) => fetch(`${origin}${path}`, { redirect: 'manual', ...init }) };
}

describe('a base path', () => {
  it('a base path stands before all paths: the graph, its contracts, its schema, pages, health and doors', async () => {
    const { at } = await below('/tools/ai');
    const said = async (path: string, init?: RequestInit) => (await at(`/tools/ai${path}`, init)).text();
    expect(await said('/graphql?query={hello}')).toContain('Hello');
    expect(await said('/graphql/?query={hello}')).toContain('Hello');
    expect(await said('/graphql/mobile?query={hello}')).toContain('Hello');
    expect(await said('/graphql/schema')).toContain('The schema is for callers');
    expect(await said('/health/live')).toContain('true');
    expect(await said('/health/ready')).toContain('ready');
    expect(await said('/chat/')).toBe('Chat');
    expect(await said('/v1/models')).toBe('a door');
    expect(await said('/graphql', { headers: { accept: 'text/html' } })).toContain('ask /tools/ai/graphql for');
    expect((await at('/tools/ai/chat')).headers.get('location')).toBe('chat/');
  });

  it('a base path leaves nothing at the paths without it, nor beside it, and the refusal names the whole paths', async () => {
    const { at } = await below('/ai');
    for (const path of [
      '/graphql?query={hello}',
      '/health/live',
      '/chat/',
      '/v1/models',
      '/',
      '/ai',
      '/ai/',
      '/aigraphql',
      '/ai//graphql',
      '/AI/graphql',
    ]) {
      const refused = await at(path);
      expect([refused.status, path]).toEqual([404, path]);
      expect(await refused.text()).toContain('/ai/graphql, /ai/graphql/schema, /ai/health/live');
    }
  });

  it('a base path is that of WebSockets, and of the form in which a door refuses', async () => {
    const { origin, at } = await below('/ai');
    const read = async (path: string) => {
      const client = createClient({ url: `${origin.replace('http', 'ws')}${path}`, webSocketImpl: WebSocket, retryAttempts: 0 });
      try {
        for await (const { data } of client.iterate({ query: '{ hello }' })) return data;
        return null;
      } finally {
        await client.dispose();
      }
    };
    expect(await read('/ai/graphql')).toHaveProperty('hello');
    await expect(read('/graphql')).rejects.toThrow(/404/);
    const refused = await at('/ai/v1/models', { headers: { origin: 'https://elsewhere.example' } });
    expect(await refused.text()).toContain('in the form of the door');
  });

  it('a base path is part of the address that a server tells when it listens', async () => {
    expect((await below('/ai')).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/ai\/graphql$/);
  });
});
