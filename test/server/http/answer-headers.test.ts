import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { serve } from '../fixture.ts';

async function headersOf(query: string, headers: Readonly<Record<string, string>>) {
  const { url } = await serve({ cors: { origins: ['https://app.example.com'] } });
  const response = await new Promise<IncomingMessage>((resolve) => get(`${url}?${new URLSearchParams({ query })}`, { headers }, resolve));
  response.resume();
  const names = response.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return { names, headers: response.headers };
}

describe('the head of an answer', () => {
  it.each([
    ['a result', '{hello}', { accept: 'application/json' }],
    ['a refusal', 'mutation { no }', { accept: 'application/json' }],
    ['a stream', '{hello}', { accept: 'text/event-stream' }],
    ['an answer to a web page', '{hello}', { accept: 'application/json', origin: 'https://app.example.com' }],
  ])('the head of an answer of %s says once what it depends on, and has no header twice', async (_, query, asked) => {
    const { names, headers } = await headersOf(query, asked);
    expect(headers).toMatchObject({ vary: 'Origin, Accept, Accept-Encoding', 'cache-control': 'no-store' });
    expect(names).toEqual([...new Set(names)]);
    expect(headers['access-control-allow-origin']).toBe('origin' in asked ? asked.origin : undefined);
  });
});
