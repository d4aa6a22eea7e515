/** Cohere's words: the Chat API, version 2. */
import { Secret } from '../../../src/core/secret.ts';
import { cohereProvider } from '../../../src/providers/ai-sdk/cohere/cohere.ts';
import type { RawReply } from '../../raw-upstream.ts';
import { canary, type Dialect, type Refusal } from '../dialects.ts';

export const cohereEvent = (event: { readonly type: string }): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const content = (type: string, fields: object): string => cohereEvent({ type, index: 0, ...fields } as { type: string });
const messageStart = cohereEvent({
  type: 'message-start',
  id: 'c14c80c3',
  delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
} as { type: string });
const messageEnd = cohereEvent({
  type: 'message-end',
  delta: {
    finish_reason: 'COMPLETE',
    usage: { billed_units: { input_tokens: 10, output_tokens: 2 }, tokens: { input_tokens: 72, output_tokens: 4 }, cached_tokens: 0 },
  },
} as { type: string });

function refuses(why: Refusal): RawReply {
  const json = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): RawReply => ({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    pieces: [JSON.stringify({ id: 'e1', message })],
  });
  switch (why) {
    case 'key':
      return json(401, `incorrect api key provided: ${canary}`);
    case 'forbidden':
      return json(403, 'Your organisation may not use this endpoint.');
    case 'model':
      return json(404, "model 'm' not found, make sure the correct model ID was used and that you have access to the model.");
    case 'rate':
      return json(429, 'You are using a Trial key, which is limited to 20 API calls / minute.', { 'retry-after': '7' });
    case 'quota':
      return json(402, 'Please add or update your payment method at https://dashboard.cohere.com/billing to continue.');
    case 'too long':
      return json(400, 'too many tokens: size limit exceeded by 11326 tokens. Try using shorter or fewer inputs.');
    case 'bad request':
      return json(422, 'invalid type: parameter loud is of type string but should be of type bool.');
    case 'overloaded':
      return json(503, 'the service is overloaded, please try again later');
    case 'down':
      return { status: 502, headers: { 'content-type': 'text/html' }, pieces: ['<html><body><h1>502 Bad Gateway</h1></body></html>'] };
  }
}

const begins = messageStart + content('content-start', { delta: { message: { content: { type: 'text', text: '' } } } });

export const cohere: Dialect = {
  name: 'cohere',
  model: 'command-a-03-2025',
  provider: (origin) => cohereProvider({ apiKey: new Secret(canary), baseUrl: `${origin}/v2` }),
  begins,
  says: (text) => content('content-delta', { delta: { message: { content: { text } } } }),
  ends: content('content-end', {}) + messageEnd,
  empty: begins + messageEnd,
  errorEvent: `event: error\ndata: ${JSON.stringify({ type: 'error', message: `overloaded ${canary}` })}\n\n`,
  refuses,
};
