/**
 * What the gateway costs over real HTTP, in CPU of its own process, against plain graphql-yoga on node:http: a small
 * query, a short streamed call (with its key, budget, pipeline, ledger row and run), and each further event of a long one.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { request } from 'undici';
import { inFolder, ratio, say, taken } from './measure.ts';

const shortWords = 20;
const longWords = 1_000;
const turns = 5;

interface Contender {
  readonly child: ChildProcess;
  readonly url: string;
  readonly key: string | null;
}

const told = <T>(child: ChildProcess): Promise<T> => new Promise((done) => child.once('message', (message) => done(message as T)));

async function started(name: string, folder: string): Promise<Contender> {
  const child = fork(join(import.meta.dirname, 'http-contender.ts'), [name, folder]);
  return { child, ...(await told<Omit<Contender, 'child'>>(child)) };
}

async function cpuOf({ child }: Contender): Promise<number> {
  child.send('cpu');
  return told<number>(child);
}

/** Throws when it is no answer: a refusal would be cheap. */
async function ask({ url, key }: Contender, query: string, accept: string, proof: string): Promise<void> {
  const { body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ query }),
  });
  const text = await body.text();
  if (!text.includes(proof)) throw new Error(`This is no answer to the benchmark: ${text.slice(0, 500)}`);
}

const post = (contender: Contender) => ask(contender, '{ aiRoutes { name } }', 'application/json', '"name":"default"');
const stream = (words: number) => (contender: Contender) =>
  ask(
    contender,
    `subscription { completionStream(input: { prompt: { text: "${'x'.repeat(words)}" } }) { seq ... on TextDelta { text } } }`,
    'text/event-stream',
    '"text":"word ',
  );

export async function httpBench(): Promise<void> {
  await inFolder(async (folder) => {
    const contenders = { gateway: await started('gateway', folder), yoga: await started('yoga', folder) };
    const us = (call: (contender: Contender) => Promise<void>, calls: number) =>
      taken(contenders, turns, async (contender) => {
        const before = await cpuOf(contender);
        for (let made = 0; made < calls; made += 1) await call(contender);
        return ((await cpuOf(contender)) - before) / calls;
      });
    const query = await us(post, 500);
    const short = await us(stream(shortWords), 100);
    const long = await us(stream(longWords), 4);
    const each = (name: keyof typeof contenders): number => (long[name] - short[name]) / (longWords - shortWords);
    say(
      `POST over HTTP: ${query.gateway.toFixed(0)} us CPU a request, ${ratio(query.gateway, query.yoga)} plain yoga on node:http (${query.yoga.toFixed(0)} us)`,
    );
    say(
      `a streamed call of ${shortWords} words over SSE: ${short.gateway.toFixed(0)} us, ${ratio(short.gateway, short.yoga)} the same model in plain yoga (${short.yoga.toFixed(0)} us); ` +
        `each further event ${each('gateway').toFixed(0)} us, ${ratio(each('gateway'), each('yoga'))} (${each('yoga').toFixed(0)} us)`,
    );
    for (const { child } of Object.values(contenders)) child.disconnect();
  });
}

if (import.meta.main) await httpBench();
