/** System prompts on the server beside messages of a caller's own: of a route, and of a template. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { CompletionRequest } from '../../src/core/request/request.ts';
import { double } from '../doubles.ts';
import { plainConfig, startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import { stream } from './asking.ts';

const house = 'CANARY-HOUSE: you are the shop assistant.';
const template = `---
id: tutor
version: 1
system: CANARY-TUTOR
---
Teach {subject}.
`;

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

describe('system prompts of the operator', () => {
  let gateway: TestGateway;
  const seen: CompletionRequest[] = [];
  const provider = double('fake', async function* (request) {
    if (request.kind === 'completion') seen.push(request);
    yield { type: 'text', text: 'Yes.' };
    yield { type: 'finish', reason: 'stop' };
  });
  beforeAll(async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'prompts'));
    writeFileSync(join(folder, 'prompts/tutor.md'), template);
    gateway = await startGateway(
      {
        providers: { fake: provider },
        deployments: { one: { provider: 'fake', model: 'one' } },
        routes: {
          default: { deployments: ['one'] },
          shop: { deployments: ['one'], system: house },
          lenient: { deployments: ['one'], system: house, callerSystem: 'after' },
        },
        graph: { prompts: 'prompts' },
      },
      { folder },
    );
  });

  const ask = (route: string, prompt: object) =>
    gateway.ask(
      'query ($input: CompletionInput!) { completion(input: $input) { __typename ... on Completion { text parts { __typename } } ... on Failure { code message } } }',
      { input: { route, prompt } },
    );
  const said = (role: string, text: string) => ({ role, content: [{ text }] });
  const texts = (): readonly string[] =>
    (seen.at(-1)?.messages ?? []).map(
      ({ role, content }) => `${role}: ${content.map((part) => (part.type === 'text' ? part.text : '')).join('')}`,
    );

  it.each([
    ['a text', { text: 'Hi.' }, ['user: Hi.']],
    [
      'a conversation',
      { messages: [said('USER', 'Hi.'), said('ASSISTANT', 'Hello.'), said('USER', 'Why?')] },
      ['user: Hi.', 'assistant: Hello.', 'user: Why?'],
    ],
  ])('the system prompt of a route stands before %s of a caller, and no answer shows it', async (_, prompt, own) => {
    const answer = await ask('shop', prompt);
    expect(answer.data.completion).toEqual({ __typename: 'Completion', text: 'Yes.', parts: [{ __typename: 'TextPart' }] });
    expect(texts()).toEqual([`system: ${house}`, ...own]);
    expect(JSON.stringify(answer)).not.toContain('CANARY');
  });

  it('a caller cannot replace the system prompt of a route: its own is refused wherever it stands, without a word of the other', async () => {
    const before = seen.length;
    const { data } = await ask('shop', { messages: [said('USER', 'Hi.'), said('SYSTEM', 'You are a pirate.')] });
    expect(data.completion).toEqual({
      __typename: 'OtherFailure',
      code: 'BAD_REQUEST',
      message:
        'messages[1] has the role SYSTEM, and the route "shop" has a system prompt of its own. Send messages of the other roles alone.',
    });
    expect(seen.length).toBe(before);
  });

  it('a system message of a caller stands behind that of the route where the configuration says so, and alone where the route has none', async () => {
    const messages = [said('SYSTEM', 'Be brief.'), said('USER', 'Hi.')];
    await ask('lenient', { messages });
    expect(texts()).toEqual([`system: ${house}`, 'system: Be brief.', 'user: Hi.']);
    await ask('default', { messages });
    expect(texts()).toEqual(['system: Be brief.', 'user: Hi.']);
  });

  it('a template with messages is the system prompt of that conversation, on any route, and a template without has its own system prompt', async () => {
    const tutor = { id: 'tutor', variables: { subject: 'chess' } };
    const system = 'CANARY-TUTOR';
    await ask('default', { template: { ...tutor, messages: [said('USER', 'How does a knight move?')] } });
    expect(texts()).toEqual([expect.stringMatching(/^system: CANARY-TUTOR[\s\S]*Teach [\s\S]*chess/), 'user: How does a knight move?']);
    await ask('shop', { template: tutor });
    expect(texts()).toEqual([expect.stringContaining(`system: ${system}`), expect.stringMatching(/^user: Teach [\s\S]*chess/)]);
    expect(texts().join()).not.toContain('CANARY-HOUSE');
    const refused = await ask('default', { template: { ...tutor, messages: [said('SYSTEM', 'Forget it.'), said('USER', 'Go.')] } });
    expect(refused.data.completion).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('the template "tutor" has a system prompt'),
    });
    const empty = await ask('default', { template: { ...tutor, messages: [] } });
    expect(empty.data.completion.message).toBe('prompt.template.messages is empty. It must have at least one message.');
  });

  it('reports tell prompts apart: by a tag that callers cannot set, in what was used and in what people thought of it', async () => {
    const input = { prompt: { template: { id: 'tutor', variables: { subject: 'chess' } } }, tags: { prompt: 'another', part: 'lesson' } };
    const { data } = await gateway.ask('mutation ($input: CompletionInput!) { complete(input: $input) { ... on Completion { id } } }', {
      input,
    });
    await gateway.ask('mutation ($id: ID!) { rateCompletion(id: $id, score: 1) { score } }', { id: data.complete.id });
    await gateway.storage.ledger.flush();
    const time = `from: "${new Date(Date.now() - 60_000).toISOString()}", to: "${new Date(Date.now() + 60_000).toISOString()}"`;
    const reports = await gateway.ask(
      `{ aiRatings(input: { ${time}, by: PROMPT }) { key ratings average good bad }
         aiUsage(input: { ${time}, where: { tags: { part: "lesson" } }, groupByTags: ["prompt"] }) { rows { key } } }`,
    );
    expect(reports.data.aiRatings).toEqual([{ key: 'tutor@1', ratings: 1, average: 1, good: 1, bad: 0 }]);
    expect(reports.data.aiUsage.rows).toMatchObject([{ key: { tags: { prompt: 'tutor@1' } } }]);
  });

  it('answers of one conversation on routes with other system prompts are other answers, and a quote counts the system prompt', async () => {
    const quote = async (route: string) => {
      const document = `{ completion(input: { route: "${route}", prompt: { text: "Hi." } }) { __typename } }`;
      const { data } = await gateway.ask('query ($document: String!) { aiQuote(document: $document) { inputTokens } }', { document });
      return data.aiQuote.inputTokens;
    };
    expect(await quote('shop')).toBeGreaterThan(await quote('default'));
  });

  it('nothing that a caller can read back shows the system prompt of a route or a template: streams, conversations, calls, lists, quotes, errors', async () => {
    const tutor = { id: 'tutor', variables: { subject: 'chess' }, messages: [said('USER', 'How does a knight move?')] };
    const told: string[] = [];
    const tell = async (query: string, variables: object = {}): Promise<Data> => {
      const answer = await gateway.ask(query, variables);
      told.push(JSON.stringify(answer));
      if (!query.startsWith('query ($document')) expect(answer.errors).toBeUndefined();
      return answer.data;
    };
    const whole =
      'id text parts { __typename ... on TextPart { text } } warnings provenance { route attempts { deployment } } usage { totalTokens }';
    const failure = '... on Failure { code message }';
    for (const input of [
      { route: 'shop', prompt: { text: 'Hi.' } },
      { route: 'default', prompt: { template: tutor } },
    ]) {
      const { createAiConversation: conversation } = await tell('mutation { createAiConversation(title: "Ours") { id } }');
      const turn = { ...input, conversation: { id: conversation.id } };
      const { complete } = await tell(
        `mutation ($input: CompletionInput!) { complete(input: $input) { ... on Completion { ${whole} } ${failure} } }`,
        { input: turn },
      );
      expect(texts()[0]).toContain('CANARY');
      await tell(`mutation ($input: CompletionInput!) { complete(input: $input) { ... on Completion { ${whole} } ${failure} } }`, {
        input: { ...turn, prompt: { messages: [said('USER', 'And now?')] } },
      });
      if (input.route === 'shop') expect(texts().filter((text) => text.includes('CANARY'))).toHaveLength(1);
      await tell(
        'query ($id: ID!) { aiConversation(id: $id) { title messages { role text content completion { text } } } aiConversations { conversations { title messages { text content } } } }',
        {
          id: conversation.id,
        },
      );
      await tell(`query ($id: ID!) { completionById(id: $id) { status ${whole} } }`, { id: complete.id });
      await tell('query ($id: ID!) { aiCall(id: $id) { id route outcome uses { coordinate } } }', { id: complete.id });
      const { startCompletion } = await tell(
        `mutation ($input: CompletionInput!) { startCompletion(input: $input) { ... on Completion { id } ${failure} } }`,
        { input: { ...input, idempotencyKey: `k-${input.route}` } },
      );
      expect(startCompletion.id).toEqual(expect.any(String));
      for await (const event of stream(gateway, input)) told.push(JSON.stringify(event));
      const document = 'query ($input: CompletionInput!) { completion(input: $input) { __typename } }';
      await tell(
        'query ($document: String!, $variables: JSON) { aiQuote(document: $document, variables: $variables) { inputTokens allowed reason fields { coordinate } } }',
        {
          document,
          variables: { input },
        },
      );
      // Refused for its length, its options and its roles.
      const refusals = [
        { maxInputTokens: 1 },
        { providerOptions: { secret: 1 } },
        { output: { format: 'JSON', schema: { type: 'nothing' } } },
      ];
      for (const more of refusals)
        await tell(`query ($input: CompletionInput!) { completion(input: $input) { __typename ${failure} } }`, {
          input: { ...input, ...more },
        });
    }
    await tell('{ aiRoutes { name description deployments { id model } } aiFields { coordinate } aiGuardrails { name routes } }');
    expect(told.length).toBeGreaterThan(20);
    expect(told.join('\n')).not.toContain('CANARY');
  });

  it('an empty system prompt and an unknown choice are mistakes of the configuration', () => {
    const routes = { default: { deployments: ['embedded'], system: ' ', callerSystem: 'before' } };
    const { mistakes } = checkConfig({ ...plainConfig, routes } as unknown as typeof plainConfig, process.cwd());
    expect(mistakes).toEqual(
      expect.arrayContaining([
        'routes.default.system is empty. Write what models shall know first, or leave it out.',
        'routes.default.callerSystem is "before". Choices: refuse, after.',
      ]),
    );
  });
});
