/** Mistral's words. */
import { Secret } from '../../../src/core/secret.ts';
import { mistralProvider } from '../../../src/providers/mistral.ts';
import type { RawReply } from '../../raw-upstream.ts';
import { canary, type Dialect, type Refusal } from '../dialects.ts';

const chunk = (choices: readonly object[], rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c0ffee', object: 'chat.completion.chunk', created: 1_761_000_000, model: 'mistral-small-latest', choices, ...rest })}\n\n`;
const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
const begins = chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
const ends = `${chunk([{ index: 0, delta: { content: '' }, finish_reason: 'stop' }], { usage })}data: [DONE]\n\n`;

function refuses(why: Refusal): RawReply {
  const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): RawReply => ({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    pieces: [JSON.stringify(body)],
  });
  const error = (message: string, type: string, code: string) => ({ object: 'error', message, type, param: null, code });
  switch (why) {
    case 'key':
      return json(401, { detail: `Unauthorized: ${canary}` });
    case 'forbidden':
      return json(403, { message: 'You are not allowed to use this workspace.', request_id: 'r1' });
    case 'model':
      return json(404, { detail: 'Not Found' });
    case 'rate':
      return json(429, error('Requests rate limit exceeded', 'rate_limited', '1300'), { 'retry-after': '7' });
    case 'quota':
      return json(402, { detail: 'Payment required: you exceeded your quota.' });
    case 'too long':
      return json(
        400,
        error(
          'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
          'invalid_request_prompt',
          '3051',
        ),
      );
    case 'bad request':
      return json(422, { detail: [{ type: 'extra_forbidden', loc: ['body', 'loud'], msg: 'Extra inputs are not permitted', input: 1 }] });
    case 'overloaded':
      return json(503, error('Service overloaded.', 'internal_server_error', '1000'));
    case 'down':
      return { status: 502, headers: { 'content-type': 'text/html' }, pieces: ['<html><body><h1>502 Bad Gateway</h1></body></html>'] };
  }
}

export const mistral: Dialect = {
  name: 'mistral',
  model: 'mistral-small-latest',
  provider: (origin) => mistralProvider({ apiKey: new Secret(canary), baseUrl: `${origin}/v1` }),
  begins,
  says: (text) => chunk([{ index: 0, delta: { content: text }, finish_reason: null }]),
  ends,
  empty: begins + ends,
  errorEvent: `data: ${JSON.stringify({ object: 'error', message: `Service overloaded ${canary}`, type: 'internal_server_error', code: '1000' })}\n\n`,
  refuses,
};
