import { describe, expect, it } from 'vitest';
import { eventsOf, post } from '../server/http-client.ts';
import { scripted } from './scripted.ts';

const ask =
  'subscription { completionStream(input: { prompt: { text: "Hi" } }) { __typename ... on CompletionFailed { failure { ... on Failure { code message } } } } }';

describe('a caller without a key, in development with routes of its own', () => {
  it('a caller without a key, in development with routes of its own is told to send one wherever a known caller is needed', async () => {
    // The embedded provider, which anybody may use, has the route for embeddings alone.
    const { gateway } = await scripted();
    const { data } = await gateway.ask(
      '{ completion(input: { prompt: { text: "Hi" } }) { ... on Failure { code message } } }',
      {},
      { key: null },
    );
    expect(data.completion).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/needs a key.*Authorization: Bearer/),
    });
    let text = '';
    for await (const { data } of eventsOf(await post(gateway.url, { query: ask }, { accept: 'text/event-stream' }))) text += data;
    expect(text).toContain('UNAUTHENTICATED');
    expect(text).not.toContain('FORBIDDEN');
  });

  it.each([
    '{ aiRoutes { name } }',
    '{ aiViewer { principal } }',
    '{ aiKeys { id } }',
    '{ completion(input: { prompt: { text: "Hi" } }) { __typename } }',
  ])(
    'a caller without a key, in development with routes of its own is told so, and not that there is nothing, where it may use no route at all: %s',
    async (query) => {
      const { gateway, upstream } = await scripted({ routes: { default: { deployments: ['scripted'], attempts: 1 } }, collections: {} });
      const { errors } = await gateway.ask(query, {}, { key: null });
      expect(errors).toMatchObject([
        { message: expect.stringContaining('Authorization: Bearer'), extensions: { code: 'UNAUTHENTICATED' } },
      ]);
      expect((await gateway.ask('{ aiRoutes { name } }')).data.aiRoutes).toHaveLength(1);
      expect(upstream.requests).toEqual([]);
    },
  );
});
