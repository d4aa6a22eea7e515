/** A hostile team and strangers, in a process of their own: one request of each kind at a time, over and over, until it is told to stop. */
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';

interface Target {
  readonly url: string;
  readonly hostile: string;
}

const pauseMs = 50;
const many = <T>(count: number, one: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => one(index));

async function post({ url }: Target, key: string | null, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) };
  await fetch(url, { method: 'POST', headers, body }).then(
    (response) => response.arrayBuffer(),
    () => {},
  );
}

const completion = 'query ($input: CompletionInput!) { completion(input: $input) { __typename } }';
const asked = (input: object): string => JSON.stringify({ query: completion, variables: { input } });

/** What each sends; `round` makes every request another, so that nothing is kept or shared. */
const attacks: readonly ((target: Target, round: number) => Promise<void>)[] = [
  (target, round) => {
    const properties = Object.fromEntries(
      many(60, (index) => [`p${index}`, { type: 'string', pattern: `(a{1,30}b{1,30}c){1,3}${index}-${round}` }]),
    );
    return post(
      target,
      target.hostile,
      asked({ prompt: { text: 'x' }, output: { format: 'JSON', schema: { type: 'object', properties } } }),
    );
  },
  (target, round) => {
    const text = many(15_000, (index) => `u${index}@r${round}.example.com`).join(' ');
    return post(target, target.hostile, asked({ prompt: { text } }));
  },
  (target, round) => {
    const d = `{ ${many(200, (index) => `a${index}_${round}: __typename`).join(' ')} }`;
    const query = `query ($d: String!) { ${many(30, (index) => `q${index}: aiQuote(document: $d) { allowed }`).join(' ')} }`;
    return post(target, target.hostile, JSON.stringify({ query, variables: { d } }));
  },
  (target, round) => {
    const sources = many(20, (index) => ({ id: `${round}-${index}`, text: `${'- '.repeat(2_000)}x${round}`, mediaType: 'text/markdown' }));
    const query = 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }';
    return post(target, target.hostile, JSON.stringify({ query, variables: { input: { collection: 'hostile', sources } } }));
  },
  (target) => post(target, null, `{"query":"${'{a'.repeat(500_000)}"}`),
  (target, round) => post(target, `fg_wrong${round}`, JSON.stringify({ query: '{ __typename }' })),
  async ({ url }) => {
    const sockets = many(20, () => new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws').on('error', () => {}));
    await wait(500);
    for (const socket of sockets) socket.terminate();
  },
  (target, round) => post(target, target.hostile, asked({ prompt: { text: `${'w'.repeat(1_500_000)} ${round}` } })),
];

process.on('message', (target: Target) => {
  for (const attack of attacks) {
    void (async () => {
      for (let round = 0; ; round += 1) {
        await attack(target, round);
        await wait(pauseMs);
      }
    })();
  }
});
process.on('disconnect', () => process.exit());
