/**
 * A site without a gateway of its own in between: it serves the page and gives each visitor a token for five minutes. The page asks the
 * gateway directly. `FIELDGATE_KEY` is a key with the scopes `ai:use` and `ai:act-as`; it never leaves this process.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';

const create = 'mutation ($user: String!) { createAiToken(input: { user: $user, ttlSeconds: 300 }) { secret expiresAt } }';
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html'],
  '/connect.js': ['connect.js', 'text/javascript'],
};

interface Answer {
  readonly data?: { readonly createAiToken?: object } | null;
}

export const site = (gateway: string, key: string): Server =>
  createServer(async (request, response) => {
    // A real site knows its visitor by a login; this one by a cookie that it gives to everybody.
    const user = /\bvisitor=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? crypto.randomUUID();
    response.setHeader('Set-Cookie', `visitor=${user}; HttpOnly; SameSite=Strict; Path=/`);
    if (request.url === '/token') {
      const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` };
      const body = JSON.stringify({ query: create, variables: { user } });
      const token = await fetch(gateway, { method: 'POST', headers, body })
        .then(async (answer) => ((await answer.json()) as Answer).data?.createAiToken ?? null)
        .catch(() => null);
      return response.writeHead(token === null ? 502 : 200, { 'Cache-Control': 'no-store' }).end(JSON.stringify(token));
    }
    const [file, type] = files[request.url ?? ''] ?? [];
    if (file === undefined || type === undefined) return response.writeHead(404).end();
    return response.setHeader('Content-Type', type).end(readFileSync(new URL(file, import.meta.url)));
  });

if (import.meta.main) {
  const { GATEWAY = 'http://127.0.0.1:4000/graphql', FIELDGATE_KEY = '' } = process.env;
  site(GATEWAY, FIELDGATE_KEY).listen(3000, '127.0.0.1', () => console.log('http://127.0.0.1:3000'));
}
