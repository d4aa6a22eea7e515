import { expect, it } from 'vitest';
import { startGateway } from '../harness.ts';

it('a gateway answers a completion, with what it used at the field that asked', async () => {
  const { ask } = await startGateway();
  const { data, extensions } = await ask(
    '{ completion(input: { prompt: { text: "Summarise in five words: The cat sat on the mat. It was warm." } }) { ... on Completion { status text provenance { provider model } } } }',
  );
  expect(data.completion).toMatchObject({ status: 'COMPLETED', provenance: { provider: 'embedded', model: 'embedded-extractive' } });
  expect(extensions.usage.calls).toMatchObject([{ coordinate: 'Query.completion', paths: [['completion']] }]);
});
