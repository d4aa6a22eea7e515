/**
 * The client of `posted.ts` and the vendor that its gateway asks, in a process of their own: their work is not the gateway's.
 * It is told what the vendor says, then what to post, then when.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ToPost {
  readonly url: string;
  readonly key: string;
  readonly body: string;
}

export type ToClient =
  | { readonly type: 'serve'; readonly says: string }
  | { readonly type: 'take'; readonly post: ToPost }
  | { readonly type: 'post' };

export type FromClient =
  | { readonly type: 'serving'; readonly url: string }
  | { readonly type: 'taken' }
  | { readonly type: 'answered'; readonly refused: string | null };

interface Reply {
  readonly data?: Readonly<Record<string, { readonly message?: string }>> | null;
  readonly errors?: readonly { readonly message: string }[];
}

const event = (choice: object): string =>
  `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, ...choice }] })}\n\n`;

/** A vendor that answers with one text, whatever it is asked, and with a vector for each text. Returns its base URL. */
async function serve(text: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const asked = JSON.parse(Buffer.concat(pieces).toString()) as { readonly input?: readonly string[]; readonly stream?: boolean };
    const json = (answer: object): void => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    };
    const usage = { prompt_tokens: 1, completion_tokens: Math.ceil(text.length / 4) };
    if (asked.input !== undefined) return json({ data: asked.input.map((_, index) => ({ index, embedding: [1, 2] })), usage });
    if (asked.stream !== true)
      return json({ model: 'm', choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }], usage });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ delta: { content: text } }));
    response.end(`${event({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** Why the answer is none; null: it is one. */
async function post({ url, key, body }: ToPost): Promise<string | null> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  const { data, errors } = (await response.json()) as Reply;
  const [refused] = errors ?? Object.values(data ?? {}).filter(({ message }) => message !== undefined);
  return refused?.message ?? null;
}

if (import.meta.main) {
  const say = (told: FromClient): void => void process.send?.(told);
  let taken: ToPost | null = null;
  process.once('disconnect', () => process.exit());
  process.on('message', async (told: ToClient) => {
    if (told.type === 'serve') return say({ type: 'serving', url: await serve(told.says) });
    if (told.type === 'take') {
      taken = told.post;
      return say({ type: 'taken' });
    }
    if (taken !== null) say({ type: 'answered', refused: await post(taken).catch((error: Error) => error.message) });
  });
}
