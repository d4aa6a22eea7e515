import { expect, it } from 'vitest';
import example from '../../examples/gateway.config.ts';
import { firstQueries } from '../../src/assembly/welcome/welcome.ts';
import { embeddedProvider } from '../../src/providers/embedded/embedded.ts';
import { startGateway } from '../harness.ts';
import { ask, eventsOver, overSse, textOf } from './streams.ts';

const text =
  'Summarise in thirty words: The kettle is of stainless steel. It holds two litres of water and boils them in four minutes. It switches itself off when the water boils.';
const plain = `query ($text: String!) { completion(input: { prompt: { text: $text } }) { ... on Completion { text } } }`;

it('the embedded provider says a stream word by word at its pace, and a plain completion at once', async () => {
  const gateway = await startGateway({ providers: { embedded: embeddedProvider('embedded', { wordsPerSecond: 10 }) } });
  const seenAt: number[] = [];
  const events = await eventsOver(overSse(gateway, { variables: ask(text) }), (event) => {
    if (event.__typename === 'TextDelta') seenAt.push(performance.now());
  });
  const words = textOf(events).trim().split(/\s+/).length;
  expect(words).toBeGreaterThan(10);
  expect((seenAt.at(-1) ?? 0) - (seenAt[0] ?? 0)).toBeGreaterThan((words - 2) * 100 * 0.8);
  expect(seenAt.length).toBeGreaterThan(5);

  const asked = performance.now();
  const { data } = await gateway.ask(plain, { text });
  const tookMs = performance.now() - asked;
  expect(data.completion.text).toBe(textOf(events));
  expect(tookMs).toBeLessThan(words * 100 * 0.5);
});

it('the embedded provider of what npm start serves lets a newcomer see a stream grow', async () => {
  const gateway = await startGateway({ providers: { embedded: example.providers['embedded'] ?? embeddedProvider() } });
  const [, , tokens] = firstQueries({ config: example, fields: [], schema: null });
  const seenAt: number[] = [];
  await eventsOver(overSse(gateway, { query: tokens?.query ?? '' }), () => seenAt.push(performance.now()));
  expect(seenAt.length).toBeGreaterThan(5);
  expect((seenAt.at(-1) ?? 0) - (seenAt[0] ?? 0)).toBeGreaterThan(1_000);
});
