/** A hostile team and strangers, in a process of their own: one request of each kind at a time, over and over, until it is told to stop. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';

interface Target {
  readonly url: string;
  readonly hostile: string;
}

const pauseMs = 50;
const many = <T>(count: number, one: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => one(index));

async function post({ url }: Target, key: string | null, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) };
  try {
    const response = await fetch(url, { method: 'POST', headers, body });
    const [, message] = /"(?:message|__typename)":"(.{0,40})/.exec(await response.text()) ?? [];
    return `${response.status} ${message ?? ''}`.trim();
  } catch {
    return 'cut';
  }
}

const completion = 'query ($input: CompletionInput!) { completion(input: $input) { __typename } }';
const asked = (input: object): string => JSON.stringify({ query: completion, variables: { input } });

/** What each sends; `round` makes every request another, so that nothing is kept or shared. Each returns how it was answered. */
const attacks: Readonly<Record<string, (target: Target, round: number) => Promise<string>>> = {
  patterns(target, round) {
    const properties = Object.fromEntries(
      many(20, (index) => [`p${index}`, { type: 'string', pattern: `(a{1,30}b{1,30}c){1,3}${index}-${round}` }]),
    );
    return post(
      target,
      target.hostile,
      asked({ prompt: { text: 'x' }, output: { format: 'JSON', schema: { type: 'object', properties } } }),
    );
  },
  addresses(target, round) {
    const text = many(15_000, (index) => `u${index}@r${round}.example.com`).join(' ');
    return post(target, target.hostile, asked({ prompt: { text } }));
  },
  quotes(target, round) {
    const d = `{ ${many(200, (index) => `a${index}_${round}: __typename`).join(' ')} }`;
    const query = `query ($d: String!) { ${many(30, (index) => `q${index}: aiQuote(document: $d) { __typename }`).join(' ')} }`;
    return post(target, target.hostile, JSON.stringify({ query, variables: { d } }));
  },
  ingestions(target, round) {
    const sources = many(20, (index) => ({ id: `${round}-${index}`, text: `${'- '.repeat(2_000)}x${round}`, mediaType: 'text/markdown' }));
    const query = 'mutation ($input: IngestInput!) { ingest(input: $input) { __typename } }';
    return post(target, target.hostile, JSON.stringify({ query, variables: { input: { collection: 'hostile', sources } } }));
  },
  'a nested document': (target) => post(target, null, `{"query":"${'{a'.repeat(500_000)}"}`),
  'a wrong key': (target, round) => post(target, `fg_wrong${round}`, JSON.stringify({ query: '{ __typename }' })),
  async sockets({ url }) {
    const sockets = many(20, () => new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws').on('error', () => {}));
    const opened = sockets.map((socket) =>
      once(socket, 'open').then(
        () => 1,
        () => 0,
      ),
    );
    await wait(500);
    const open = (await Promise.race([Promise.all(opened), wait(0, [])])).length;
    for (const socket of sockets) socket.terminate();
    return open === 0 ? 'none is told' : 'told';
  },
  'a long text': (target, round) => post(target, target.hostile, asked({ prompt: { text: `${'w'.repeat(1_500_000)} ${round}` } })),
};

export type Endings = Readonly<Record<string, readonly string[]>>;

/** Each once. */
const endings = new Map(Object.keys(attacks).map((name) => [name, new Set<string>()]));

process.on('message', (told: Target | 'endings') => {
  if (told === 'endings') {
    const seen: Endings = Object.fromEntries([...endings].map(([name, of]) => [name, [...of]]));
    process.send?.(seen);
    return;
  }
  for (const [name, attack] of Object.entries(attacks)) {
    void (async () => {
      for (let round = 0; ; round += 1) {
        endings.get(name)?.add(await attack(told, round));
        await wait(pauseMs);
      }
    })();
  }
});
process.on('disconnect', () => process.exit());
