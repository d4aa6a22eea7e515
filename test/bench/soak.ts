/**
 * Honest and hostile traffic side by side, bounded in time: what a team's calls take while another team and strangers send the worst
 * that is accepted, against what they take in quiet. The promise: the honest p99 stays within twice the quiet one.
 *
 * The gateway is warm, as `serve` is, and the attacks have gone on for a while before it is measured: first times are counted elsewhere.
 * Gateway and attacker have a process each; this one is the honest client. On a machine of two cores the attacker's own work slows
 * the other two, too: a third figure is taken while it sends the same to a server that throws everything away.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { ratio, say } from './measure.ts';
import type { Endings } from './soak/attacker.ts';

const seconds = 20;
const warmUpSeconds = 4;
/** Of attacks that nobody measures: code that the attackers are the first to run is compiled then. */
const attackedSeconds = 4;
const perSecond = 20;
const promised = 2;
/** Another address than the attackers': connections of one address wait for each other until they have shown a key. */
const honestClient = new Agent({ connect: { localAddress: '127.0.0.2' } });

interface Door {
  readonly url: string;
  readonly honest: string;
  readonly hostile: string;
}

/** How each attack must be answered at least once: one that is not is no attack. */
const endings: Readonly<Record<string, RegExp>> = {
  patterns: /^200 InvalidOutput/,
  addresses: /^200 Completion/,
  quotes: /^200 AiQuote/,
  ingestions: /^200 Ingestion/,
  'a nested document': /^(401|429) /,
  'a wrong key': /^(401|429) /,
  sockets: /^told$/,
  'a long text': /^200 Completion/,
};

/** Throws for an attack that is not answered as it must be, and for one of which nothing is known. */
async function checkAttacks(attacker: ChildProcess): Promise<void> {
  attacker.send('endings');
  const [seen] = (await once(attacker, 'message')) as [Endings];
  const wrong = Object.entries(seen).filter(([name, of]) => !of.some((ending) => endings[name]?.test(ending)));
  if (wrong.length > 0)
    throw new Error(`FAULT  the attacks measure something else than they say: ${JSON.stringify(Object.fromEntries(wrong))}`);
}

interface Inside {
  readonly rssMb: number;
  readonly longestTurnMs: number;
}

/** Milliseconds of each call, at a steady pace whatever the answers take; throws for a call that was not answered. */
async function honestCalls({ url, honest }: Door, forSeconds: number, mark: string): Promise<readonly number[]> {
  const query = 'query ($text: String!) { completion(input: { prompt: { text: $text } }) { __typename ... on Failure { code message } } }';
  const calls: Promise<number>[] = [];
  for (let call = 0; call < forSeconds * perSecond; call += 1) {
    calls.push(
      (async () => {
        const began = performance.now();
        const { body } = await request(url, {
          dispatcher: honestClient,
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${honest}` },
          body: JSON.stringify({ query, variables: { text: `How long does it take? ${mark} ${call}` } }),
        });
        const answer = await body.text();
        if (!answer.includes('"Completion"')) throw new Error(`An honest call was not answered: ${answer.slice(0, 200)}`);
        return performance.now() - began;
      })(),
    );
    await wait(1_000 / perSecond);
  }
  return (await Promise.all(calls)).toSorted((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export async function soakBench(): Promise<void> {
  const gateway = fork(join(import.meta.dirname, 'soak/gateway.ts'));
  const [door] = (await once(gateway, 'message')) as [Door];
  /** Since it was asked the last time. */
  const inside = async (): Promise<Inside> => {
    gateway.send('inside');
    const [told] = (await once(gateway, 'message')) as [Inside];
    return told;
  };
  const attackOn = (url: string): ChildProcess => {
    const attacker = fork(join(import.meta.dirname, 'soak/attacker.ts'));
    attacker.send({ ...door, url });
    return attacker;
  };
  const sink = fork(join(import.meta.dirname, 'soak/sink.ts'));
  const [sinkUrl] = (await once(sink, 'message')) as [string];
  let attacker = attackOn(sinkUrl);
  try {
    await honestCalls(door, warmUpSeconds, 'warm');
    const busy = await honestCalls(door, seconds, 'busy');
    attacker.kill('SIGKILL');
    const quiet = await honestCalls(door, seconds, 'quiet');
    const before = await inside();
    attacker = attackOn(door.url);
    await honestCalls(door, attackedSeconds, 'attacked');
    await inside();
    const mixed = await honestCalls(door, seconds, 'mixed');
    const after = await inside();
    await checkAttacks(attacker);
    const worse = at(mixed, 0.99) / at(quiet, 0.99);
    const shown = (calls: readonly number[]): string => `p50 ${at(calls, 0.5).toFixed(0)} p99 ${at(calls, 0.99).toFixed(0)} ms`;
    say(
      `soak     honest calls in quiet ${shown(quiet)}, while a sink is attacked ${shown(busy)}, beside hostile ones ${shown(mixed)}: p99 ${ratio(at(mixed, 0.99), at(quiet, 0.99))}${worse > promised ? ` (promised ${promised}x)` : ''}; ${mixed.length} of ${mixed.length} answered; longest turn ${after.longestTurnMs.toFixed(0)} ms of CPU; memory ${before.rssMb.toFixed(0)} -> ${after.rssMb.toFixed(0)} MB`,
    );
  } finally {
    attacker.kill('SIGKILL');
    gateway.kill('SIGKILL');
    sink.kill('SIGKILL');
  }
}
