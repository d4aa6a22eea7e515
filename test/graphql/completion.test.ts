import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { all, context, fails, gateway, principal, says } from './fakes.ts';

const completion = `query ($input: CompletionInput!) { completion(input: $input) {
  __typename
  ... on Completion { id status text finishReason object warnings parts { __typename ... on TextPart { text } ... on ToolCallPart { call { name arguments } } }
    usage { totalTokens freshInputTokens estimated cost { amount currency } }
    provenance { provider model deployment route cache latencyMs attempts { deployment outcome latencyMs } } }
  ... on Failure { code message retryable retryAfterMs errorId }
  ... on BudgetExceeded { budget { name spent { amount } } }
  ... on RateLimited { limit }
  ... on GuardrailBlocked { guardrail on }
  ... on ModelUnavailable { attempts { deployment outcome } }
  ... on InvalidOutput { issues { path message } }
} }`;
const asked = (input: object) => ({ input: { prompt: { text: 'Why is the sky blue?' }, ...input } });

describe('Query.completion', () => {
  it('Query.completion answers with text, usage and provenance', async () => {
    const { data, errors } = await gateway(says('Because ', 'of air.')).ask(completion, asked({}));
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      completion: {
        __typename: 'Completion',
        status: 'COMPLETED',
        text: 'Because of air.',
        finishReason: 'STOP',
        parts: [{ __typename: 'TextPart', text: 'Because of air.' }],
        usage: { totalTokens: 10, freshInputTokens: 7, estimated: false, cost: { amount: '0.000001', currency: 'USD' } },
        provenance: { provider: 'fake', model: 'one', deployment: 'fake/one', route: 'default', cache: 'BYPASS', latencyMs: 5 },
      },
    });
  });

  it('Query.completion books its call at its coordinate and path', async () => {
    const asking = context();
    const { requests, ask } = gateway(says('Hi.'));
    await ask(completion.replace('completion(', 'sky: completion('), asked({ tags: { feature: 'chat' } }), asking);
    expect(requests[0]?.call).toMatchObject({
      uses: [{ coordinate: 'Query.completion', weight: 1 }],
      route: 'default',
      tags: { feature: 'chat' },
    });
    expect(asking.usage.extension()).toMatchObject({
      cost: '0.000001',
      totalTokens: 10,
      calls: [{ callId: requests[0]?.call.id, coordinate: 'Query.completion', paths: [['sky']], model: 'one', route: 'default' }],
    });
  });

  it('Query.completion sends what was asked to the model', async () => {
    const { requests, ask } = gateway(says('Hi.'));
    const parameters = { type: 'object', properties: {} };
    const { errors } = await ask(
      completion,
      asked({
        prompt: {
          messages: [
            { role: 'SYSTEM', content: [{ text: 'Be brief.' }] },
            {
              role: 'USER',
              content: [{ text: 'See' }, { image: { url: 'https://example.com/a.png' } }, { image: { base64: 'iVBORw0KGgoA' } }],
            },
            { role: 'ASSISTANT', content: [{ toolCall: { id: '1', name: 'look', arguments: { at: 1 }, opaque: 'sig' } }] },
            { role: 'TOOL', content: [{ toolResult: { callId: '1', content: { seen: true } } }] },
          ],
        },
        tools: [{ name: 'look', parameters }],
        toolChoice: { tool: 'look' },
        output: { format: 'JSON', schema: { type: 'object' } },
        temperature: 0.5,
        maxOutputTokens: 50,
        providerOptions: { effort: 'low' },
        cache: { mode: 'REFRESH', maxAgeSeconds: 60 },
      }),
    );
    expect(errors).toBeUndefined();
    expect(requests[0]?.request).toMatchObject({
      kind: 'completion',
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [{ type: 'text' }, { type: 'image', url: 'https://example.com/a.png' }, { type: 'image', mediaType: 'image/png' }],
        },
        { role: 'assistant', content: [{ type: 'tool-call', id: '1', name: 'look', arguments: { at: 1 }, opaque: 'sig' }] },
        { role: 'tool', content: [{ type: 'tool-result', callId: '1', content: { seen: true }, isError: false }] },
      ],
      tools: [{ name: 'look', description: null, parameters }],
      toolChoice: { type: 'tool', name: 'look' },
      output: { format: 'json', schema: { type: 'object' } },
      temperature: 0.5,
      topP: null,
      maxOutputTokens: 50,
      providerOptions: { effort: 'low' },
    });
    expect(requests[0]?.call.cache).toEqual({ mode: 'refresh', maxAgeSeconds: 60 });
  });

  it.each<[string, GatewayError, object]>([
    [
      'BudgetExceeded',
      new GatewayError('BUDGET_EXCEEDED', 'No.', { limit: 'key:ada' }),
      { budget: { name: 'key:ada', spent: { amount: '1' } } },
    ],
    [
      'RateLimited',
      new GatewayError('RATE_LIMITED', 'Wait.', { limit: 'minute', retryAfterMs: 12.2 }),
      { limit: 'minute', retryAfterMs: 13, retryable: true },
    ],
    ['RateLimited', new GatewayError('CONCURRENCY_LIMITED', 'Wait.', { limit: 'slots' }), { code: 'CONCURRENCY_LIMITED', limit: 'slots' }],
    [
      'GuardrailBlocked',
      new GatewayError('GUARDRAIL_BLOCKED', 'No.', { guardrail: 'secrets', on: 'output' }),
      { guardrail: 'secrets', on: 'OUTPUT' },
    ],
    [
      'ModelUnavailable',
      new GatewayError('MODEL_UNAVAILABLE', 'Down.', { attempts: [{ deployment: 'fake/one', outcome: 'TIMEOUT', latencyMs: 3 }] }),
      { attempts: [{ deployment: 'fake/one', outcome: 'TIMEOUT' }] },
    ],
    [
      'InvalidOutput',
      new GatewayError('INVALID_OUTPUT', 'No.', { issues: [{ path: '/a', message: 'a number' }] }),
      { issues: [{ path: '/a', message: 'a number' }] },
    ],
    ['OtherFailure', new GatewayError('STREAM_STALLED', 'Silence.'), { code: 'STREAM_STALLED', message: 'Silence.' }],
  ])('Query.completion answers %s as data', async (name, error, shown) => {
    const { data, errors } = await gateway(fails(error)).ask(completion, asked({}));
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ completion: { __typename: name, errorId: error.errorId, ...shown } });
  });

  it('Query.completion masks a fault of ours and hands its cause to the log', async () => {
    const logged: GatewayError[] = [];
    const { ask } = gateway(fails(new TypeError('secret at /srv/x.ts')), { failed: (error) => logged.push(error) });
    const { data } = await ask(completion, asked({}));
    expect(JSON.stringify(data)).not.toContain('secret');
    expect(data).toMatchObject({ completion: { __typename: 'OtherFailure', code: 'INTERNAL', errorId: logged[0]?.errorId } });
    expect(logged[0]?.cause).toBeInstanceOf(TypeError);
  });

  it('Query.completion tells that the input is too long before anything is sent', async () => {
    const { ask, requests } = gateway(says('Hi.'));
    const { data } = await ask(completion, asked({ prompt: { text: 'word '.repeat(200_000) } }));
    expect(data).toMatchObject({ completion: { __typename: 'OtherFailure', code: 'CONTEXT_TOO_LONG' } });
    const bounded = await ask(completion, asked({ maxInputTokens: 3 }));
    expect(bounded.data).toMatchObject({
      completion: { code: 'CONTEXT_TOO_LONG', message: expect.stringContaining('maxInputTokens allows 3') },
    });
    expect(requests).toEqual([]);
  });

  it('Query.completion is one completion under one idempotency key, and a conflict for another input', async () => {
    const { ask, requests } = gateway(says('Hi.'));
    const first = await ask(completion, asked({ idempotencyKey: 'k' }));
    const again = await ask(completion, asked({ idempotencyKey: 'k' }));
    expect(again.data).toEqual(first.data);
    expect(requests).toHaveLength(1);
    const other = await ask(completion, asked({ idempotencyKey: 'k', prompt: { text: 'Else?' } }));
    expect(other.data).toMatchObject({ completion: { __typename: 'OtherFailure', code: 'IDEMPOTENCY_CONFLICT' } });
  });

  it.each<[string, object, string]>([
    ['an empty prompt', { prompt: { text: '  ' } }, 'prompt.text is empty'],
    ['no messages', { prompt: { messages: [] } }, 'at least one message'],
    ['a message without parts', { prompt: { messages: [{ role: 'USER', content: [] }] } }, 'at least one part'],
    ['instructions alone', { prompt: { messages: [{ role: 'SYSTEM', content: [{ text: 'x' }] }] } }, 'asks nothing'],
    [
      'a part that its role cannot have',
      { prompt: { messages: [{ role: 'SYSTEM', content: [{ toolResult: { callId: '1', content: 1 } }] }] } },
      'may have: text',
    ],
    [
      'a private picture',
      { prompt: { messages: [{ role: 'USER', content: [{ image: { url: 'http://10.0.0.1/' } }] }] } },
      'https is accepted',
    ],
    ['a picture that is none', { prompt: { messages: [{ role: 'USER', content: [{ image: { base64: 'AAAA' } }] }] } }, 'PNG, JPEG'],
    [
      'a broken file',
      { prompt: { messages: [{ role: 'USER', content: [{ file: { mediaType: 'application/pdf', base64: '!' } }] }] } },
      'standard base64',
    ],
    ['an unknown template', { prompt: { template: { id: 'greet' } } }, 'prompt.text or prompt.messages'],
    ['an unknown route', { route: 'fast' }, 'Routes for completions: default.'],
    ['a route of another kind', { route: 'embedding' }, 'Routes for completions: default.'],
    ['a maximum below one', { maxOutputTokens: 0 }, 'from 1 upwards'],
    ['a temperature out of range', { temperature: 3 }, 'between 0 and 2'],
    ['tags that are no text', { tags: { a: 1 } }, 'Every tag must be a string'],
    ['a schema without JSON', { output: { schema: {} } }, 'format: JSON'],
    ['a schema that is no object', { output: { format: 'JSON', schema: 'x' } }, 'must be a JSON object'],
    [
      'two tools of one name',
      {
        tools: [
          { name: 'a', parameters: {} },
          { name: 'a', parameters: {} },
        ],
      },
      'its own name',
    ],
    ['a choice of no tool', { toolChoice: { tool: 'a' } }, 'not among the tools'],
    ['a vendor option that the route forbids', { providerOptions: { secret: 1 } }, 'It allows: effort.'],
    ['an empty idempotency key', { idempotencyKey: '' }, '1 to 255 characters'],
  ])('Query.completion refuses %s with a sentence', async (_, input, sentence) => {
    const { ask, requests } = gateway(says('Hi.'));
    const { data, errors } = await ask(completion, asked(input));
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      completion: { __typename: 'OtherFailure', code: 'BAD_REQUEST', retryable: false, message: expect.stringContaining(sentence) },
    });
    expect(requests).toEqual([]);
  });

  it('Query.completion refuses a route that the key may not use, and names those it may', async () => {
    const { ask } = gateway(says('Hi.'));
    const { data, errors } = await ask(completion, asked({}), context(principal({ routes: ['cheap'] })));
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      completion: { code: 'FORBIDDEN', message: expect.stringContaining('You have no route for completions.') },
    });
  });

  it('Query.completion refuses a route of others in the words for one that there is not', async () => {
    const { ask } = gateway(says('Hi.'));
    const told = async (route: string, who = principal({ routes: ['cheap'] })) => {
      const { data } = await ask(completion, asked({ route }), context(who));
      const { code = '', message = '' } = (data?.['completion'] ?? {}) as { readonly code?: string; readonly message?: string };
      return [code, message.replace(route, 'NAME')];
    };
    expect(await told('default')).toEqual(await told('absent'));
    expect(await told('absent', principal())).toEqual([
      'BAD_REQUEST',
      expect.stringContaining('There is no route "NAME". Routes for completions: '),
    ]);
  });

  it('Query.completion asks no model for a principal without the scope', async () => {
    const { ask, requests } = gateway(says('Hi.'));
    const { data, errors } = await ask(completion, asked({}), context(principal({ scopes: ['ai:usage'] })));
    expect(data).toEqual({ completion: null });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('ai:use'),
      extensions: { code: 'FORBIDDEN', errorId: expect.any(String) },
    });
    expect(requests).toEqual([]);
  });
});

describe('completions that go on alone', () => {
  const start =
    'mutation ($input: CompletionInput!) { startCompletion(input: $input) { __typename ... on Completion { id status } ... on Failure { code } } }';
  const idOf = (data: unknown): string => (data as { startCompletion: { id: string } }).startCompletion.id;

  it('completions that go on alone start at once, and can be followed, found and rated by their owner alone', async () => {
    const { ask, listen } = gateway(says('Hi.'));
    const { data } = await ask(start, asked({}));
    expect(data).toMatchObject({ startCompletion: { __typename: 'Completion', status: 'RUNNING' } });
    const id = idOf(data);
    const events = await all(await listen(`subscription { completionEvents(id: "${id}") { __typename } }`));
    expect(events.at(-1)?.data).toEqual({ completionEvents: { __typename: 'CompletionFinished' } });
    expect((await ask(`{ completionById(id: "${id}") { text status } }`)).data).toEqual({
      completionById: { text: 'Hi.', status: 'COMPLETED' },
    });
    const rated = await ask(`mutation { rateCompletion(id: "${id}", score: 1) { completionId score } }`);
    expect(rated.data).toEqual({ rateCompletion: { completionId: id, score: 1 } });
    const bob = context(principal({ id: 'key:bob' }));
    const mutation = `mutation { rateCompletion(id: "${id}", score: 1) { score } cancelCompletion(id: "${id}") { id } }`;
    expect((await ask(`{ completionById(id: "${id}") { text } }`, {}, bob)).data).toEqual({ completionById: null });
    expect((await ask(mutation, {}, bob)).data).toEqual({ rateCompletion: null, cancelCompletion: null });
  });

  it('completions that go on alone are seen by their id for a while where a plain query asked for them, and have no events to follow', async () => {
    const { ask, listen } = gateway(says('Hi.'));
    const { data } = await ask(
      'mutation ($input: CompletionInput!) { complete(input: $input) { ... on Completion { id text } } }',
      asked({}),
    );
    const { id } = (data as { complete: { id: string } }).complete;
    const seen = `{ completionById(id: "${id}") { text status usage { totalTokens } provenance { model } } }`;
    expect((await ask(seen)).data).toEqual({
      completionById: { text: 'Hi.', status: 'COMPLETED', usage: { totalTokens: 10 }, provenance: { model: 'one' } },
    });
    const bob = context(principal({ id: 'key:bob' }));
    expect((await ask(seen, {}, bob)).data).toEqual({ completionById: null });
    const followed = `subscription { completionEvents(id: "${id}") { ... on CompletionFailed { failure { ... on Failure { code } } } } }`;
    expect((await all(await listen(followed))).map((event) => event.data)).toEqual([
      { completionEvents: { failure: { code: 'RESUME_EXPIRED' } } },
    ]);
    const after = `mutation { rateCompletion(id: "${id}", score: 0.5) { score } cancelCompletion(id: "${id}") { status } }`;
    expect((await ask(after)).data).toEqual({ rateCompletion: { score: 0.5 }, cancelCompletion: { status: 'COMPLETED' } });
  });

  it('completions that go on alone can be rated for as long as the ledger has them, when they themselves are no longer kept', async () => {
    const { ask } = gateway(says('Hi.'));
    const rate = (id: string) => ask(`mutation { rateCompletion(id: "${id}", score: 1) { completionId score } }`);
    expect((await rate('in the ledger')).data).toEqual({ rateCompletion: { completionId: 'in the ledger', score: 1 } });
    expect((await rate('nowhere')).data).toEqual({ rateCompletion: null });
  });

  it('completions that go on alone can be cancelled by their idempotency key, by their owner alone, and only by one of both names', async () => {
    const { ask } = gateway(async function* endless(_, call) {
      yield { type: 'text', text: 'On ' };
      await new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)));
    });
    await ask(start, asked({ idempotencyKey: 'k1' }));
    const cancel = 'mutation ($id: ID, $key: String) { cancelCompletion(id: $id, idempotencyKey: $key) { status } }';
    expect((await ask(cancel, { key: 'k1' }, context(principal({ id: 'key:bob' })))).data).toEqual({ cancelCompletion: null });
    expect((await ask(cancel, { key: 'other' })).data).toEqual({ cancelCompletion: null });
    for (const neither of [{}, { id: 'a', key: 'k1' }])
      expect((await ask(cancel, neither)).errors).toMatchObject([{ message: expect.stringContaining('either the id') }]);
    expect((await ask(cancel, { key: 'k1' })).data).toEqual({ cancelCompletion: { status: 'CANCELLED' } });
  });

  it('completions that go on alone can be cancelled', async () => {
    const { ask } = gateway(async function* endless(_, call) {
      yield { type: 'text', text: 'One' };
      await new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)));
    });
    const id = idOf((await ask(start, asked({}))).data);
    const { data } = await ask(`mutation { cancelCompletion(id: "${id}") { status finishReason failure { code } } }`);
    expect(data).toEqual({ cancelCompletion: { status: 'CANCELLED', finishReason: 'CANCELLED', failure: { code: 'CANCELLED' } } });
  });

  it('completions that go on alone are reached by reference with the scope alone', async () => {
    const { ask } = gateway(says('Hi.'));
    const id = idOf((await ask(start, asked({}))).data);
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Completion { id } } }';
    const r = [{ __typename: 'Completion', id }];
    expect((await ask(query, { r })).data).toEqual({ _entities: [{ id }] });
    const refused = await ask(query, { r }, context(principal({ scopes: [] })));
    expect(refused.data).toEqual({ _entities: [null] });
    expect(refused.errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });
});
