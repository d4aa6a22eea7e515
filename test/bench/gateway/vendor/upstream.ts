/**
 * The vendor of the benchmark, in a process of its own: Chat Completions and embeddings, answered at once. The model decides:
 * `answer` gives 200 tokens, `paced` a token every 20 ms, `idle` one token and then silence.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerText, answerTokens } from './answer-text.ts';
import { pacedTokens, tokenEveryMs, tokenMark } from './pace.ts';

const dimensions = 1_536;
const maxTexts = 256;

interface Asked {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages?: readonly { readonly content: string | readonly { readonly text: string }[] }[];
  readonly encoding_format?: string;
  readonly input?: readonly string[];
}

const shared = { id: 'chatcmpl-1', created: 1_764_500_000, model: 'bench-1' };
const usage = { prompt_tokens: 20, completion_tokens: 200, total_tokens: 220 };
let open = 0;

const vectors = Array.from({ length: maxTexts }, (_, text) =>
  Float32Array.from({ length: dimensions }, (_, index) => Math.round(Math.sin(text * 7 + index * 13) * 1e6) / 1e8),
);
const embeddings = (written: (vector: Float32Array) => unknown): string =>
  JSON.stringify({
    object: 'list',
    model: 'vectors-1',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: written(vector) })),
    usage: { prompt_tokens: 1_024, total_tokens: 1_024 },
  });
const asFloats = embeddings((vector) => Array.from(vector, (value) => Number(value.toFixed(9))));
const asBase64 = embeddings(({ buffer }) => Buffer.from(buffer).toString('base64'));

const event = (delta: object, finish_reason: string | null): string =>
  `data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const said = (content: string): string => event({ content }, null);
const ending = `${event({}, 'stop')}data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', choices: [], usage })}\n\ndata: [DONE]\n\n`;

function questionOf({ messages }: Asked): string {
  const content = messages?.at(-1)?.content ?? '';
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('');
}

function whole(asked: Asked): string {
  const message = { role: 'assistant', content: answerText(questionOf(asked)) };
  return JSON.stringify({ ...shared, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }], usage });
}

function paced(response: ServerResponse): void {
  let sent = 0;
  const send = (): void => {
    sent += 1;
    response.write(said(`word${tokenMark}${sent % 10 === 0 ? '.' : ''} `));
    if (sent < pacedTokens) return;
    clearInterval(timer);
    response.end(ending);
  };
  const timer = setInterval(send, tokenEveryMs);
  response.once('close', () => clearInterval(timer));
  send();
}

function streamed(asked: Asked, response: ServerResponse): void {
  open += 1;
  response.once('close', () => {
    open -= 1;
  });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.socket?.setNoDelay(true);
  if (asked.model === 'paced') paced(response);
  else if (asked.model === 'idle') response.write(said(`word${tokenMark}. `));
  else response.end(`${answerTokens(questionOf(asked)).map(said).join('')}${ending}`);
}

function answer(asked: Asked, response: ServerResponse): void {
  if (asked.stream === true) {
    streamed(asked, response);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  if (asked.input === undefined) response.end(whole(asked));
  else response.end(asked.encoding_format === 'base64' ? asBase64 : asFloats);
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request: IncomingMessage, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => answer(JSON.parse(Buffer.concat(parts).toString()) as Asked, response));
});
server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('message', () => process.send?.(open));
process.on('disconnect', () => process.exit(0));
