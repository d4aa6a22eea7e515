/** The same answers in the words of each vendor, as their API references write them: what the raw server plays. */
import { Secret } from '../../src/core/secret.ts';
import { anthropicProvider } from '../../src/providers/anthropic.ts';
import { googleProvider } from '../../src/providers/google.ts';
import { openaiProvider } from '../../src/providers/openai.ts';
import { openaiCompatibleProvider } from '../../src/providers/openai-compatible.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { RawReply } from '../raw-upstream.ts';

/** Appears in no error, chunk or JSON. */
export const canary = 'sk-canary-3f9a41c2';

export type Refusal = 'key' | 'forbidden' | 'model' | 'rate' | 'quota' | 'too long' | 'bad request' | 'overloaded' | 'down';

export interface Dialect {
  readonly name: string;
  readonly model: string;
  provider(origin: string): Provider;
  /** Bytes before the first content. */
  readonly begins: string;
  says(text: string): string;
  /** A proper ending: 10 tokens in, 2 out. */
  readonly ends: string;
  /** An answer that is OK and says nothing. */
  readonly empty: string;
  /** The vendor is overloaded, told as an event of the stream. */
  readonly errorEvent: string;
  refuses(why: Refusal): RawReply;
  /** Of its pieces; left out: UTF-8. */
  readonly encoding?: BufferEncoding;
}

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const named = (data: { readonly type: string }): string => `event: ${data.type}\n${event(data)}`;
const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): RawReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  pieces: [JSON.stringify(body)],
});
const rateHeaders = { 'retry-after': '7' };

const openaiRefusals = (why: Refusal): RawReply => {
  const body = (message: string, type: string, code: string | null) => ({ error: { message, type, param: null, code } });
  switch (why) {
    case 'key':
      return json(
        401,
        body(
          `Incorrect API key provided: ${canary}. You can find your API key at https://platform.openai.com.`,
          'invalid_request_error',
          'invalid_api_key',
        ),
      );
    case 'forbidden':
      return json(403, body('Country, region, or territory not supported', 'request_forbidden', 'unsupported_country_region_territory'));
    case 'model':
      return json(404, body('The model `m` does not exist or you do not have access to it.', 'invalid_request_error', 'model_not_found'));
    case 'rate':
      return json(
        429,
        body('Rate limit reached for gpt-5 in organization org-x on requests per min.', 'requests', 'rate_limit_exceeded'),
        rateHeaders,
      );
    case 'quota':
      return json(429, body('You exceeded your current quota, please check your plan.', 'insufficient_quota', 'insufficient_quota'));
    case 'too long':
      return json(
        400,
        body(
          "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
          'invalid_request_error',
          'context_length_exceeded',
        ),
      );
    case 'bad request':
      return json(400, body("Invalid value: 'loud'.", 'invalid_request_error', 'invalid_value'));
    case 'overloaded':
      return json(503, body('The engine is currently overloaded, please try again later.', 'server_error', null));
    case 'down':
      return { status: 502, headers: { 'content-type': 'text/html' }, pieces: ['<html><body><h1>502 Bad Gateway</h1></body></html>'] };
  }
};

const openaiItem = { id: 'msg_1', type: 'message', status: 'in_progress', content: [], role: 'assistant' };
const openaiResponse = (status: string, rest: object) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1_761_000_000,
  status,
  error: null,
  incomplete_details: null,
  model: 'gpt-4.1-mini-2025-04-14',
  output: [],
  ...rest,
});
const openaiBegins =
  named({ type: 'response.created', response: openaiResponse('in_progress', { usage: null }) } as { type: string }) +
  named({ type: 'response.in_progress', response: openaiResponse('in_progress', { usage: null }) } as { type: string });
const openaiEnds = named({
  type: 'response.completed',
  response: openaiResponse('completed', {
    usage: {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 2,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 12,
    },
  }),
} as { type: string });

export const openai: Dialect = {
  name: 'openai',
  model: 'gpt-4.1-mini',
  provider: (origin) => openaiProvider({ apiKey: new Secret(canary), baseUrl: `${origin}/v1` }),
  begins: openaiBegins + named({ type: 'response.output_item.added', output_index: 0, item: openaiItem } as { type: string }),
  says: (text) =>
    named({ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: text } as { type: string }),
  ends: openaiEnds,
  empty: openaiBegins + openaiEnds,
  errorEvent: named({
    type: 'error',
    sequence_number: 9,
    error: { type: 'server_error', code: 'server_error', message: `Overloaded ${canary}`, param: null },
  } as { type: string }),
  refuses: openaiRefusals,
};

const anthropicRefusals = (why: Refusal): RawReply => {
  const body = (type: string, message: string) => ({ type: 'error', error: { type, message }, request_id: 'req_1' });
  switch (why) {
    case 'key':
      return json(401, body('authentication_error', `invalid x-api-key ${canary}`));
    case 'forbidden':
      return json(403, body('permission_error', 'Your API key does not have permission to use the specified resource.'));
    case 'model':
      return json(404, body('not_found_error', 'model: m'));
    case 'rate':
      return json(429, body('rate_limit_error', 'This request would exceed your rate limit.'), rateHeaders);
    case 'quota':
      return json(402, body('billing_error', 'Your credit balance is too low to access the Anthropic API.'));
    case 'too long':
      return json(400, body('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'));
    case 'bad request':
      return json(400, body('invalid_request_error', 'tools.0.input_schema: JSON schema is invalid'));
    case 'overloaded':
      return json(529, body('overloaded_error', 'Overloaded'));
    case 'down':
      return { status: 502, headers: { 'content-type': 'text/html' }, pieces: ['<html><body><h1>502 Bad Gateway</h1></body></html>'] };
  }
};

const anthropicBegins = named({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 },
  },
} as { type: string });
const anthropicEnds =
  named({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 2 } } as {
    type: string;
  }) + named({ type: 'message_stop' });

export const anthropic: Dialect = {
  name: 'anthropic',
  model: 'claude-sonnet-4-5',
  provider: (origin) => anthropicProvider({ apiKey: new Secret(canary), baseUrl: `${origin}/v1` }),
  begins:
    anthropicBegins +
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as { type: string }) +
    named({ type: 'ping' }),
  says: (text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } } as { type: string }),
  ends: named({ type: 'content_block_stop', index: 0 } as { type: string }) + anthropicEnds,
  empty: anthropicBegins + anthropicEnds,
  errorEvent: named({ type: 'error', error: { type: 'overloaded_error', message: `Overloaded ${canary}` } } as { type: string }),
  refuses: anthropicRefusals,
};

const googleRefusals = (why: Refusal): RawReply => {
  const body = (code: number, status: string, message: string, details: readonly unknown[] = []) => ({
    error: { code, message, status, details },
  });
  switch (why) {
    case 'key':
      return json(
        400,
        body(400, 'INVALID_ARGUMENT', `API key not valid. Please pass a valid API key. ${canary}`, [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' },
        ]),
      );
    case 'forbidden':
      return json(403, body(403, 'PERMISSION_DENIED', 'Generative Language API has not been used in project 1 before.'));
    case 'model':
      return json(404, body(404, 'NOT_FOUND', 'models/m is not found for API version v1beta.'));
    case 'rate':
      return json(
        429,
        body(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).', [
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
        ]),
      );
    case 'quota':
      return json(429, body(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.'));
    case 'too long':
      return json(
        400,
        body(400, 'INVALID_ARGUMENT', 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'),
      );
    case 'bad request':
      return json(400, body(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received. Unknown name "foo".'));
    case 'overloaded':
      return json(503, body(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'));
    case 'down':
      return { status: 502, headers: { 'content-type': 'text/html' }, pieces: ['<html><body><h1>502 Bad Gateway</h1></body></html>'] };
  }
};

const googlePart = (candidate: object, rest: object = {}): string =>
  event({ candidates: [{ index: 0, ...candidate }], modelVersion: 'gemini-2.5-flash', responseId: 'r1', ...rest });
const googleEnds = googlePart(
  { content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP' },
  { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 } },
);

export const google: Dialect = {
  name: 'google',
  model: 'gemini-2.5-flash',
  provider: (origin) => googleProvider({ apiKey: new Secret(canary), baseUrl: `${origin}/v1beta` }),
  begins: '',
  says: (text) => googlePart({ content: { parts: [{ text }], role: 'model' } }),
  ends: googleEnds,
  empty: googleEnds,
  errorEvent: event({ error: { code: 503, message: `The model is overloaded. ${canary}`, status: 'UNAVAILABLE' } }),
  refuses: googleRefusals,
};

const chatChunk = (choices: readonly object[], rest: object = {}): string =>
  event({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_761_000_000, model: 'qwen3', choices, ...rest });
const chatEnds =
  chatChunk([{ index: 0, delta: {}, finish_reason: 'stop' }]) +
  chatChunk([], { usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } }) +
  'data: [DONE]\n\n';
const chatBegins = chatChunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);

export const compatible: Dialect = {
  name: 'local-vllm',
  model: 'qwen3',
  provider: (origin) => openaiCompatibleProvider({ name: 'local-vllm', apiKey: new Secret(canary), baseUrl: `${origin}/v1` }),
  begins: chatBegins,
  says: (text) => chatChunk([{ index: 0, delta: { content: text }, finish_reason: null }]),
  ends: chatEnds,
  empty: chatBegins + chatEnds,
  errorEvent: event({ error: { message: `Overloaded ${canary}`, type: 'server_error', param: null, code: 503 } }),
  refuses: openaiRefusals,
};

export const openaiChat: Dialect = {
  ...compatible,
  name: 'openai (chat)',
  model: 'gpt-4.1-mini',
  provider: (origin) => openaiProvider({ name: 'openai (chat)', apiKey: new Secret(canary), baseUrl: `${origin}/v1`, api: 'chat' }),
};

export const dialects: readonly Dialect[] = [openai, openaiChat, anthropic, google, compatible];
