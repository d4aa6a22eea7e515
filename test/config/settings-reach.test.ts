/** Settings that were constants before: each is seen to change what the gateway does. */
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { ask, eventsOver, overSse, saying, scripted, sentTo } from '../gateway/streams.ts';
import { plainConfig, startGateway, whenOver } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';

const mistakesOf = (changes: object): readonly string[] => checkConfig({ ...plainConfig, ...changes }, process.cwd()).mistakes;

describe('guard.holdBackBytes', () => {
  const guardrail = patternGuard({ name: 'codes', patterns: ['ACME'], on: ['output'] });
  const words = 'word '.repeat(60);

  it('guard.holdBackBytes is how much of a sentence waits: with less of it, words are shown while the model is still in the sentence', async () => {
    const { gateway, upstream } = await scripted({ guardrails: [{ guardrail, routes: '*' }], guard: { holdBackBytes: 300 } });
    const rest = newGate();
    upstream.plays(saying(words, rest, 'end.'));
    const events = await eventsOver(overSse(gateway, { variables: ask('Go on.') }), ({ __typename }) => {
      if (__typename === 'TextDelta') rest.open();
    });
    expect(events.at(-1)).toMatchObject({ __typename: 'CompletionFinished', completion: { text: `${words}end.` } });
  });

  it('without guard.holdBackBytes the same words wait for the end of their sentence', async () => {
    const { gateway, upstream } = await scripted({ guardrails: [{ guardrail, routes: '*' }], guard: { holdBackMs: 60_000 } });
    upstream.plays(saying(words, 'end.'));
    const events = await eventsOver(overSse(gateway, { variables: ask('Go on.') }));
    const deltas = events.filter(({ __typename }) => __typename === 'TextDelta');
    expect(deltas.map(({ text }) => text)).toEqual([`${words}end.`]);
  });

  it('guard.holdBackBytes is a number of bytes within bounds', () => {
    expect(mistakesOf({ guard: { holdBackBytes: 8 } })).toEqual([
      'guard.holdBackBytes is 8. It must be a whole number of bytes from 64 to 1048576.',
    ]);
  });
});

describe('guard.holdBackMs', () => {
  it('guard.holdBackMs is how long a sentence waits: a line of code is shown while the model is silent, up to where a match may begin', async () => {
    const guardrail = patternGuard({ name: 'codes', patterns: ['ACME-[0-9]{4}'], on: ['output'] });
    const { gateway, upstream } = await scripted({ guardrails: [{ guardrail, routes: '*' }], guard: { holdBackMs: 20 } });
    const rest = newGate();
    const code = 'for (const order of orders) total += order.price';
    upstream.plays(saying(code, rest, ';'));
    let early = '';
    const events = await eventsOver(overSse(gateway, { variables: ask('Write code.') }), ({ __typename, text }) => {
      if (__typename !== 'TextDelta' || early !== '') return;
      early = text;
      rest.open();
    });
    expect(early).toBe(code.slice(0, -18));
    expect(events.at(-1)).toMatchObject({ __typename: 'CompletionFinished', completion: { text: `${code};` } });
  });

  it('guard.holdBackMs needs guardrails whose lookback is within bounds', () => {
    const guardrail = { ...patternGuard({ name: 'codes', patterns: ['ACME'] }), lookback: 300 };
    expect(mistakesOf({ guardrails: [{ guardrail, routes: '*' }] })).toEqual([
      expect.stringContaining('The guardrail "codes" has the lookback 300. It must be a whole number from 0 to 256.'),
    ]);
  });
});

describe('guard.phoneCountries', () => {
  const prompt = 'Call 030 901820 about order 030-1.';

  it('guard.phoneCountries has the national telephone numbers of these countries masked', async () => {
    const { gateway, upstream } = await scripted({ maskPersonalData: '*', guard: { phoneCountries: ['DE'] } });
    upstream.plays(saying('Yes.'));
    await eventsOver(overSse(gateway, { variables: ask(prompt) }));
    expect(sentTo(upstream)).toContain('Call <PHONE_1> about order 030-1.');
  });

  it('without guard.phoneCountries national telephone numbers are sent as they are', async () => {
    const { gateway, upstream } = await scripted({ maskPersonalData: '*' });
    upstream.plays(saying('Yes.'));
    await eventsOver(overSse(gateway, { variables: ask(prompt) }));
    expect(sentTo(upstream)).toContain(prompt);
  });

  it.each(['UK', 'de', 'Germany', 49])('guard.phoneCountries refuses %j, which would mask nothing without a word', (country) => {
    expect(mistakesOf({ guard: { phoneCountries: [country] } })).toEqual([
      `guard.phoneCountries has ${JSON.stringify(country)}. It must be a country code of two capital letters (ISO 3166) that has telephone numbers, such as DE or GB.`,
    ]);
  });
});

it('server.limits.maxJsonObjects is how many objects and lists a request may have', async () => {
  const variables = { x: Array.from({ length: 600 }, () => ({})) };
  const strict = await startGateway({ server: { ...plainConfig.server, limits: { maxJsonObjects: 500 } } });
  expect(await strict.ask('query ($x: JSON) { aiRoutes { name } }', variables)).toMatchObject({
    status: 400,
    errors: [{ message: expect.stringMatching(/^The request has 60\d objects and lists; this gateway accepts at most 500\./) }],
  });
});

it('server.limits.maxInputValues is how many members the objects and lists of a request may have', async () => {
  const variables = { x: Array.from({ length: 600 }, (_, index) => index) };
  const strict = await startGateway({ server: { ...plainConfig.server, limits: { maxInputValues: 500 } } });
  expect(await strict.ask('query ($x: JSON) { aiRoutes { name } }', variables)).toMatchObject({
    status: 400,
    errors: [{ message: expect.stringMatching(/^The request has 60\d values, .* at most 500\..*server\.limits\.maxInputValues/) }],
  });
});

it('server.limits.maxObjectMembers is how many members one object of a request may have', async () => {
  const variables = { x: Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`k${index}`, index])) };
  const strict = await startGateway({ server: { ...plainConfig.server, limits: { maxObjectMembers: 500 } } });
  expect(await strict.ask('query ($x: JSON) { aiRoutes { name } }', variables)).toMatchObject({
    status: 400,
    errors: [
      { message: expect.stringMatching(/^An object in the request has 600 members; .* at most 500\..*server\.limits\.maxObjectMembers/) },
    ],
  });
});

it('server.limits.maxTypedValues is how many values the variables may have that the schema declares, of what is quoted too', async () => {
  const query = 'query ($input: EmbeddingInput!) { embedding(input: $input) { ... on Failure { message } } }';
  const quoted = 'query ($document: String!, $variables: JSON) { aiQuote(document: $document, variables: $variables) { allowed } }';
  const variables = { input: { texts: Array.from({ length: 150 }, (_, index) => `text ${index}`) } };
  const strict = await startGateway({ server: { ...plainConfig.server, limits: { maxTypedValues: 100 } } });
  const refused = { errors: [{ message: expect.stringMatching(/more than 100 values .*server\.limits\.maxTypedValues/) }] };
  expect(await strict.ask(query, variables)).toMatchObject(refused);
  expect(await strict.ask(quoted, { document: query, variables })).toMatchObject(refused);
  const lenient = await startGateway({ server: { ...plainConfig.server, limits: { maxTypedValues: 12_000 } } });
  const many = { input: { texts: Array.from({ length: 11_000 }, () => 'text') } };
  expect(await lenient.ask(query, many)).toMatchObject({ data: { embedding: { message: expect.stringContaining('At most 512') } } });
  expect(await lenient.ask(quoted, { document: query, variables: many })).toMatchObject({ data: { aiQuote: { allowed: false } } });
});

it('maxResponseBytes of a subgraph is how large an answer of it may be', async () => {
  const shop = await runSubgraph('shop', 'type Query { hello: String }', { Query: { hello: () => 'x'.repeat(5_000) } });
  whenOver(() => shop.close());
  const graph = (settings: object) => ({ graph: { subgraphs: [{ name: 'shop', url: shop.url, ...settings }] } });
  const strict = await startGateway(graph({ maxResponseBytes: 4_000 }));
  expect((await strict.ask('{ hello }')).errors).toHaveLength(1);
  const usual = await startGateway(graph({}));
  expect((await usual.ask('{ hello }')).data.hello).toHaveLength(5_000);
});
