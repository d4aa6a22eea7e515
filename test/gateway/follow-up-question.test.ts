import { expect, it } from 'vitest';
import { startGateway } from '../harness.ts';
import { eventually } from './asking.ts';

const texts = {
  warranty: 'Lamps have a warranty of two years. Tent poles have a warranty of five years. Colours faded by the sun are not covered.',
  returns:
    'You can return a product within thirty days. The return label is free within Germany. From other countries the label costs six euros.',
};

it('follow-ups are answered from documents by the embedded provider, which cannot rewrite them', async () => {
  const gateway = await startGateway();
  const sources = Object.entries(texts).map(([id, text]) => ({ id, text }));
  await gateway.ask('mutation ($sources: [SourceInput!]!) { ingest(input: { collection: "documents", sources: $sources }) { id } }', {
    sources,
  });
  await eventually(
    'the sources are stored',
    async () => (await gateway.ask('{ aiSources(collection: "documents", first: 5) { id } }')).data.aiSources,
    (sources: readonly unknown[]) => sources.length === 2,
  );
  const ask = async (question: string, before: readonly string[]): Promise<string> => {
    const messages = before.map((text) => ({ role: 'USER', content: [{ text }] }));
    const document =
      'query ($input: AiAnswerInput!) { aiAnswer(input: $input) { __typename ... on AiAnswer { text } ... on Failure { message } } }';
    const { data } = await gateway.ask(document, {
      input: { collection: 'documents', question, ...(messages.length > 0 && { messages }) },
    });
    return data.aiAnswer.text ?? data.aiAnswer.message ?? data.aiAnswer.__typename;
  };
  const warranty = 'How many years of warranty do lamps have?';
  expect(await ask(warranty, [])).toContain('two years');
  expect(await ask('And for tent poles?', [warranty])).toContain('five years');
  expect(await ask('Within how many days can I return a product?', [warranty, 'And for tent poles?'])).toContain('thirty days');
  const free = 'Is the return label free within Germany?';
  expect(await ask('And from other countries?', [free])).toContain('six euros');
});
