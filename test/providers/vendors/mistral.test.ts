/** What is Mistral's own about Chat Completions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../../src/core/chunk.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../../src/core/request/request.ts';
import { Secret } from '../../../src/core/secret.ts';
import { mistralProvider } from '../../../src/providers/mistral.ts';
import { outcomeOf, providerContract, sendOptions, wholeAnswerOf, wireContract } from '../../contracts/provider.ts';
import { type RawUpstream, rawUpstream } from '../../raw-upstream.ts';
import { canary } from '../dialects.ts';
import { mistral } from './mistral-dialect.ts';

providerContract('mistral', async () => {
  const upstream = await rawUpstream();
  upstream.plays({ pieces: [mistral.begins, mistral.says('Hi.'), mistral.ends] });
  return { provider: mistral.provider(upstream.url), model: mistral.model, request: completionRequest('Say hi.'), close: upstream.close };
});
wireContract(mistral, canary);

const text = (said: string): Message['content'][number] => ({ type: 'text', text: said });
const user = (said: string): Message => ({ role: 'user', content: [text(said)] });
const tools = [{ name: 'weather', description: null, parameters: { type: 'object', properties: { city: { type: 'string' } } } }];

describe('mistral', () => {
  let upstream: RawUpstream;
  beforeAll(async () => {
    upstream = await rawUpstream();
  });
  afterAll(() => upstream.close());

  async function asked(request: CompletionRequest) {
    upstream.plays({ pieces: [mistral.begins, mistral.says('Hi.'), mistral.ends] });
    const answer = await collect(mistral.provider(upstream.url).send(request, sendOptions(mistral.model)));
    const body = (upstream.requests.at(-1)?.json() ?? {}) as Record<string, unknown>;
    return { answer, body, messages: body['messages'] as readonly Record<string, unknown>[] };
  }

  it('mistral is sent its own names of settings, and no field that it does not know', async () => {
    const { body, answer } = await asked(
      completionRequest('Hi', {
        seed: 7,
        stop: ['END'],
        temperature: 0.5,
        topP: 0.9,
        maxOutputTokens: 50,
        tools,
        toolChoice: { type: 'required' },
        providerOptions: { safePrompt: true, promptMode: 'reasoning', presencePenalty: 0.1 },
      }),
    );
    expect(answer.warnings).toEqual([]);
    expect(body).toEqual({
      model: 'mistral-small-latest',
      random_seed: 7,
      stop: ['END'],
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 50,
      tools: [{ type: 'function', function: { name: 'weather', parameters: tools[0]?.parameters } }],
      tool_choice: 'any',
      safe_prompt: true,
      prompt_mode: 'reasoning',
      presence_penalty: 0.1,
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
  });

  it('mistral puts its own instructions before every request where its settings say so', async () => {
    const provider = mistralProvider({ apiKey: new Secret(canary), baseUrl: upstream.url, safePrompt: true });
    upstream.plays({ pieces: [mistral.begins, mistral.says('Hi.'), mistral.ends] });
    await collect(provider.send(completionRequest('Hi'), sendOptions('m')));
    expect(upstream.requests.at(-1)?.json()).toMatchObject({ safe_prompt: true });
  });

  it('mistral is sent ids of nine letters and digits, the call and its result alike, and each time the same', async () => {
    const call = (id: string): Message => ({ role: 'assistant', content: [{ type: 'tool-call', id, name: 'weather', arguments: {} }] });
    const result = (callId: string): Message => ({
      role: 'tool',
      content: [{ type: 'tool-result', callId, content: 'rain', isError: false }],
    });
    const foreign = 'call:1/é x';
    const history = [
      user('Hi'),
      call('AbCdEf123'),
      result('AbCdEf123'),
      call(foreign),
      result(foreign),
      call('toolu_01A'),
      result('toolu_01A'),
    ];
    const ids = async (): Promise<readonly unknown[]> => {
      const { messages } = await asked(completionRequest(history, { tools }));
      return messages.flatMap(({ tool_calls: calls, tool_call_id: id }) => (calls as { readonly id: string }[])?.[0]?.id ?? id ?? []);
    };
    const written = await ids();
    expect(written).toEqual(['AbCdEf123', 'AbCdEf123', written[2], written[2], written[4], written[4]]);
    expect(new Set(written).size).toBe(3);
    for (const id of written) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(await ids()).toEqual(written);
  });

  it('mistral names the id that the caller knows where a result answers no call', async () => {
    const stray: Message = { role: 'tool', content: [{ type: 'tool-result', callId: 'call:1', content: 'x', isError: false }] };
    const { error } = await outcomeOf(mistral.provider(upstream.url).send(completionRequest([user('Hi'), stray]), sendOptions('m')));
    expect(error).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('"call:1"') });
  });

  it('mistral gives calls without an id one that it takes back', async () => {
    const delta = {
      tool_calls: [{ id: 'null', function: { name: 'weather', arguments: '{}' } }, { function: { name: 'weather', arguments: '{}' } }],
    };
    upstream.plays({
      pieces: [`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: 'tool_calls' }] })}\n\n`, 'data: [DONE]\n\n'],
    });
    const { parts } = await collect(mistral.provider(upstream.url).send(completionRequest('Hi', { tools }), sendOptions('m')));
    expect(parts).toMatchObject([{ type: 'tool-call' }, { type: 'tool-call', id: expect.stringMatching(/^[a-z0-9]{9}$/) }]);
    const results = parts.map((part): Message['content'][number] => ({
      type: 'tool-result',
      callId: 'id' in part ? part.id : '',
      content: 'rain',
      isError: false,
    }));
    const { messages } = await asked(
      completionRequest([user('Hi'), { role: 'assistant', content: parts }, { role: 'tool', content: results }], { tools }),
    );
    for (const { tool_call_id: id } of messages.slice(2)) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
  });

  it('mistral is sent documents, sound and images in its own form', async () => {
    const { messages } = await asked(
      completionRequest([
        {
          role: 'user',
          content: [
            text('What is this?'),
            { type: 'image', base64: 'iVBORw0KGgo=', mediaType: 'image/png' },
            { type: 'file', base64: 'JVBERi0xLjQ=', mediaType: 'application/pdf', name: 'a.pdf' },
            { type: 'file', base64: 'UklGRg==', mediaType: 'audio/wav', name: null },
          ],
        },
      ]),
    );
    expect(messages[0]?.['content']).toEqual([
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      { type: 'document_url', document_url: 'data:application/pdf;base64,JVBERi0xLjQ=', document_name: 'a.pdf' },
      { type: 'input_audio', input_audio: 'UklGRg==' },
    ]);
  });

  it('mistral is sent no answer without a word, and is told to go on with one that stands last', async () => {
    const assistant = (said: string): Message => ({ role: 'assistant', content: [text(said)] });
    const { messages } = await asked(completionRequest([user('Hi'), assistant(''), user('Again'), assistant('Well')]));
    expect(messages).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'user', content: 'Again' },
      { role: 'assistant', content: 'Well', prefix: true },
    ]);
  });

  it.each(['model_length', 'length'])('mistral tells by %s that an answer was cut', async (reason) => {
    upstream.plays({
      pieces: [
        mistral.says('Hi'),
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })}\n\n`,
        'data: [DONE]\n\n',
      ],
    });
    const answer = await collect(mistral.provider(upstream.url).send(completionRequest('Hi'), sendOptions('m')));
    expect(answer).toMatchObject({ text: 'Hi', finishReason: 'length' });
  });

  it('mistral answers whole in one JSON, thoughts told apart', async () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Norway.' }], closed: true },
      { type: 'text', text: 'Oslo.' },
    ];
    const body = {
      choices: [{ index: 0, message: { role: 'assistant', content, tool_calls: null }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 },
    };
    upstream.plays({ headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify(body)] });
    const options = sendOptions('magistral-medium-latest');
    const { parts } = await collect(wholeAnswerOf(mistral.provider(upstream.url), completionRequest('Capital?'), options));
    expect(parts).toEqual([
      { type: 'reasoning', text: 'Norway.' },
      { type: 'text', text: 'Oslo.' },
    ]);
    expect(options.reported).toMatchObject([{ freshInputTokens: 10, outputTokens: 4 }]);
    expect(upstream.requests.at(-1)?.json()).toMatchObject({ stream: false });
  });

  it.each([
    ['mistral-embed', ['The model does not support dimensions; it was left out.'], {}],
    ['codestral-embed', [], { output_dimension: 2 }],
  ])('mistral embeds with %s', async (model, warnings, dimension) => {
    const data = [
      { object: 'embedding', index: 1, embedding: [0, 1] },
      { object: 'embedding', index: 0, embedding: [1, 0] },
    ];
    upstream.plays({ pieces: [JSON.stringify({ data, usage: { prompt_tokens: 5, total_tokens: 5, completion_tokens: 0 } })] });
    const options = sendOptions(model);
    const answer = await collect(mistral.provider(upstream.url).send({ kind: 'embedding', texts: ['a', 'b'], dimensions: 2 }, options));
    expect(answer).toMatchObject({ vectors: [Float32Array.of(1, 0), Float32Array.of(0, 1)], warnings });
    expect(options.reported).toMatchObject([{ freshInputTokens: 5, outputTokens: 0 }]);
    expect(upstream.requests.at(-1)?.json()).toEqual({ model, input: ['a', 'b'], ...dimension });
  });
});
