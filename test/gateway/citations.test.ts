import { expect, it } from 'vitest';
import { startGateway } from '../harness.ts';
import { eventually } from './asking.ts';

const wrapped = `# Exchanges

Another size or colour is sent before we have the first one back. Choose "Exchange" instead of "Return items"; we reserve the
new article for 14 days.`;

it('a citation quotes the whole sentence of a document whose lines are wrapped, while the passage keeps its place in the source', async () => {
  const gateway = await startGateway();
  await gateway.ask(
    'mutation ($text: String!) { ingest(input: { collection: "documents", sources: [{ id: "a", text: $text }] }) { id } }',
    {
      text: wrapped,
    },
  );
  await eventually(
    'the source is stored',
    async () => (await gateway.ask('{ aiSources(collection: "documents", first: 1) { id } }')).data.aiSources,
    (sources: readonly unknown[]) => sources.length === 1,
  );
  const { data } = await gateway.ask(
    '{ aiAnswer(input: { collection: "documents", question: "How long do you reserve the new article in an exchange?" }) { ... on AiAnswer { citations { quote passage { text start end } } } } }',
  );
  const [citation] = data.aiAnswer.citations;
  expect(citation.quote).toBe('Choose "Exchange" instead of "Return items"; we reserve the new article for 14 days.');
  expect(wrapped.slice(citation.passage.start, citation.passage.end)).toBe(citation.passage.text);
});
