import { describe, expect, it } from 'vitest';
import { plainConfig, startGateway } from '../harness.ts';
import { eventually, ledgerOf } from './asking.ts';

describe('a route that embeds and answers', () => {
  it('a route that embeds and answers books the search beside the answer, each as a call of its own', async () => {
    const gateway = await startGateway({
      routes: { ...plainConfig.routes, default: { deployments: ['extractive', 'lexical'] } },
      collections: { documents: { embeddingRoute: 'default' } },
    });
    const text = 'The kettle boils a litre of water in four minutes.';
    await gateway.ask(`mutation { ingest(input: { collection: "documents", sources: [{ id: "a", text: "${text}" }] }) { id } }`);
    const ask =
      '{ aiAnswer(input: { collection: "documents", question: "In how many minutes does the kettle boil a litre of water?" }) { ... on AiAnswer { text } } }';
    await eventually(
      'the document is found',
      () => gateway.ask(ask),
      ({ data }) => data.aiAnswer?.text?.includes('four minutes'),
    );
    const { extensions } = await gateway.ask(ask);
    const calls: readonly { readonly callId: string; readonly model: string }[] = extensions.usage.calls;
    expect(calls.map(({ model }) => model).sort()).toEqual(['embedded-extractive', 'embedded-lexical']);
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(2);
    const rows = await ledgerOf(gateway, gateway.developmentKey, ['COORDINATE', 'MODEL']);
    const booked = rows.filter(({ key }) => key.coordinate === 'Query.aiAnswer').map(({ key }) => key.model);
    expect(booked.sort()).toEqual(['embedded-extractive', 'embedded-lexical']);
  });
});
