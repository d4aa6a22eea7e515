/** Streams over SSE, read by the mark that stands once in each token. */
import { type ClientRequest, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { pacedTokens, tokenMark } from '../vendor/pace.ts';
import type { Arrivals, Told } from './load-messages.ts';

type Opened = Arrivals & { readonly body: () => string };

/** A round ends by then, whatever the contender has not said. */
const maxRoundMs = 60_000;
const mark = tokenMark.charCodeAt(0);
const open = new Set<ClientRequest>();
let tokens = 0;

interface Reading {
  readonly spoken: Promise<number>;
  /** Its tokens. */
  readonly ended: Promise<number>;
}

function read({ to, body }: Opened): Reading {
  const spoken = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<number>();
  const began = performance.now();
  const mine = { tokens: 0 };
  const text = body();
  const sent = request(
    `${to.url}${to.path}`,
    { method: 'POST', agent: false, headers: { ...to.headers, connection: 'close' } },
    (response) => {
      if (response.statusCode !== 200) spoken.reject(new Error(`${to.url}${to.path} answered ${response.statusCode}`));
      let head = '';
      response.on('data', (bytes: Buffer) => {
        if (mine.tokens === 0) head = `${head}${bytes.toString()}`.slice(0, 600);
        for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
          mine.tokens += 1;
          tokens += 1;
        }
        if (mine.tokens > 0) spoken.resolve(performance.now() - began);
      });
      response.on('close', () => {
        open.delete(sent);
        spoken.reject(new Error(`No token in the stream of ${to.url}${to.path}: ${head}`));
        ended.resolve(mine.tokens);
      });
    },
  );
  sent.on('error', (error) => {
    open.delete(sent);
    spoken.reject(error);
    ended.resolve(mine.tokens);
  });
  open.add(sent.end(text));
  return { spoken: spoken.promise, ended: ended.promise };
}

async function begun(opened: Opened): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  const began = performance.now();
  for (let index = 0; index < opened.streams; index += 1) {
    const dueInMs = began + index * opened.everyMs - performance.now();
    if (dueInMs > 0) await wait(dueInMs);
    const reading = read(opened);
    reading.spoken.catch(() => {});
    readings.push(reading);
  }
  return readings;
}

export async function openStreams(opened: Opened): Promise<Told> {
  const began = performance.now();
  const ms = await Promise.all((await begun(opened)).map(({ spoken }) => spoken));
  return { count: ms.length, seconds: (performance.now() - began) / 1_000, ms: ms.toSorted((a, b) => a - b) };
}

/** Throws for a stream that ended with a token too few. Those that have not ended in time are cut, and count as long as the round. */
export async function arrivals(opened: Opened): Promise<Told> {
  const began = performance.now();
  const readings = await begun(opened);
  let cut = false;
  const timer = setTimeout(() => {
    cut = true;
    void closeStreams();
  }, maxRoundMs);
  const counts = await Promise.all(readings.map(({ ended }) => ended));
  clearTimeout(timer);
  const short = counts.find((count) => count !== pacedTokens);
  if (short !== undefined && !cut) throw new Error(`A stream of ${opened.to.url} ended with ${short} of ${pacedTokens} tokens.`);
  const spoken = readings.slice(opened.skip ?? 0).map(({ spoken }) => spoken.catch(() => maxRoundMs));
  const ms = (await Promise.all(spoken)).toSorted((a, b) => a - b);
  return { count: ms.length, seconds: (performance.now() - began) / 1_000, ms };
}

export const tokensSoFar = (): number => tokens;

export async function closeStreams(): Promise<null> {
  const all = [...open];
  await Promise.all(
    all.map((sent) => {
      const closed = new Promise((done) => sent.once('close', done));
      sent.destroy();
      return closed;
    }),
  );
  return null;
}
