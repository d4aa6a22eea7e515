/** Azure's words: OpenAI's wires with chunks of content filters, and refusals of its own gateway. */
import { Secret } from '../../../src/core/secret.ts';
import { azureOpenAiProvider } from '../../../src/providers/azure-openai.ts';
import type { RawReply } from '../../raw-upstream.ts';
import { canary, compatible, type Dialect, openai, type Refusal } from '../dialects.ts';

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const safe = {
  hate: { filtered: false, severity: 'safe' },
  self_harm: { filtered: false, severity: 'safe' },
  sexual: { filtered: false, severity: 'safe' },
  violence: { filtered: false, severity: 'safe' },
};

function refuses(why: Refusal): RawReply {
  const json = (status: number, error: object, headers: Readonly<Record<string, string>> = {}): RawReply => ({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    pieces: [JSON.stringify({ error })],
  });
  switch (why) {
    case 'key':
      return json(401, {
        code: '401',
        message: `Access denied due to invalid subscription key (${canary}) or wrong API endpoint. Make sure to provide a valid key.`,
      });
    case 'forbidden':
      return json(403, { code: 'AuthenticationTypeDisabled', message: 'Key based authentication is disabled for this resource.' });
    case 'model':
      return json(404, { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' });
    case 'rate':
      return json(
        429,
        { code: '429', message: 'Requests to the ChatCompletions_Create Operation have exceeded token rate limit. Please retry.' },
        { 'retry-after': '7' },
      );
    case 'quota':
      return json(429, { type: 'insufficient_quota', code: 'insufficient_quota', message: 'You exceeded your current quota.' });
    case 'too long':
      return json(400, {
        message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded',
      });
    case 'bad request':
      return json(400, { message: "Invalid value: 'loud'.", type: 'invalid_request_error', param: 'x', code: 'invalid_value' });
    case 'overloaded':
      return json(503, { code: 'ServiceUnavailable', message: 'The service is temporarily overloaded. Please retry later.' });
    case 'down':
      return { status: 502, headers: { 'content-type': 'text/html' }, pieces: ['<html><body><h1>502 Bad Gateway</h1></body></html>'] };
  }
}

/** The path of OpenAI's own wires, `/openai/v1/`. */
export const azure: Dialect = {
  ...openai,
  name: 'azure',
  provider: (origin) => azureOpenAiProvider({ apiKey: new Secret(canary), baseUrl: origin }),
  refuses,
};

const filterResults = event({
  choices: [],
  created: 0,
  id: '',
  model: '',
  object: '',
  prompt_filter_results: [{ prompt_index: 0, content_filter_results: safe }],
});
/** With the asynchronous filter, results follow the text that they speak of, in choices without a delta. */
const lateResults = event({
  id: '',
  object: '',
  created: 0,
  model: '',
  choices: [{ index: 0, finish_reason: null, content_filter_results: safe, content_filter_offsets: { check_offset: 0, end_offset: 3 } }],
});

/** A dated version: a path for each deployment. */
export const azureChat: Dialect = {
  ...compatible,
  name: 'azure (dated)',
  model: 'gpt-4.1-mini',
  provider: (origin) =>
    azureOpenAiProvider({ name: 'azure (dated)', apiKey: new Secret(canary), baseUrl: origin, apiVersion: '2024-10-21' }),
  begins: filterResults + compatible.begins,
  says: (text) => compatible.says(text) + lateResults,
  ends: lateResults + compatible.ends,
  empty: filterResults + compatible.empty,
  refuses,
};
