/**
 * The floors, each in a process of its own: what the same work costs with node:http and undici alone. `json` asks the vendor and
 * answers, `kept` answers from memory, `pipe` hands a stream through, `parse` fetches and parses 256 embeddings as JSON.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Agent, request } from 'undici';
import { answerText } from '../vendor/answer-text.ts';

const [, , kind = 'json', upstream = ''] = process.argv;
const dispatcher = new Agent({ keepAliveTimeout: 60_000 });
const headers = { 'content-type': 'application/json' };

interface Asked {
  readonly prompt: string;
  readonly texts: readonly string[];
}

const asking = (path: string, body: object) =>
  request(`${upstream}${path}`, { method: 'POST', dispatcher, headers, body: JSON.stringify(body) });
const messages = (prompt: string) => [{ role: 'user', content: prompt }];

const answers: Readonly<Record<string, (asked: Asked, response: ServerResponse) => unknown>> = {
  async json({ prompt }, response) {
    const { body } = await asking('/chat/completions', { model: 'answer', messages: messages(prompt) });
    const { choices } = (await body.json()) as { readonly choices: readonly { readonly message: { readonly content: string } }[] };
    send(response, { text: choices[0]?.message.content });
  },
  kept: ({ prompt }, response) => send(response, { text: answerText(prompt) }),
  async pipe({ prompt }, response) {
    const { body } = await asking('/chat/completions', { model: 'paced', stream: true, messages: messages(prompt) });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await pipeline(body, response);
  },
  async parse({ texts }, response) {
    const { body } = await asking('/embeddings', { model: 'vectors', input: texts });
    const { data } = (await body.json()) as { readonly data: readonly { readonly embedding: readonly number[] }[] };
    send(response, { vectors: data.length, dimensions: data[0]?.embedding.length });
  },
};

function send(response: ServerResponse, value: object): void {
  const text = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
  const parts: Buffer[] = [];
  incoming.on('data', (part: Buffer) => parts.push(part));
  incoming.on('end', async () => {
    try {
      await answers[kind]?.(JSON.parse(Buffer.concat(parts).toString()) as Asked, response);
    } catch {
      response.destroy();
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('disconnect', () => process.exit(0));
