/**
 * What asks the contenders, in a process of its own, so that its work is no part of what is measured. Each message to it is one
 * piece of load; the reply says how it went. An answer without its proof ends the benchmark: a refusal would pass as speed.
 */
import { Pool } from 'undici';
import type { Arrivals, Calls, Told } from './load-messages.ts';
import { arrivals, closeStreams, openStreams, tokensSoFar } from './streams.ts';

/** Numbers as words of letters: digits could pass for personal data. */
const wordOf = (number: number): string => [...String(number)].map((digit) => 'bcdfghjklm'[Number(digit)]).join('');

let asked = 0;
function nextWord(spread?: number): string {
  asked += 1;
  return wordOf(spread === undefined ? asked : asked % spread);
}
const filled = (template: string, word: string): string => template.replaceAll('#', word);

async function calls({ to, connections, seconds, count, perSecond, spread }: Calls): Promise<Told> {
  const { url, path, headers, body, proofs, times } = to;
  const pool = new Pool(url, { connections, bodyTimeout: 120_000, headersTimeout: 120_000 });
  const began = performance.now();
  const endsAt = seconds === null ? Number.POSITIVE_INFINITY : began + seconds * 1_000;
  const tookMs: number[] = [];
  let begun = 0;
  const oneAfterAnother = async (): Promise<void> => {
    while (begun < (count ?? Number.POSITIVE_INFINITY) && performance.now() < endsAt) {
      const dueAt = perSecond === undefined ? 0 : began + (begun * 1_000) / perSecond;
      begun += 1;
      if (dueAt > performance.now()) await new Promise((done) => setTimeout(done, dueAt - performance.now()));
      const word = nextWord(spread);
      const sent = { text: filled(body, word), proofs: proofs.map((proof) => filled(proof, word)) };
      const at = performance.now();
      const response = await pool.request({ method: 'POST', path, headers, body: sent.text });
      const answer = await response.body.text();
      tookMs.push(performance.now() - at);
      const missing = sent.proofs.find((proof) => answer.split(proof).length <= times);
      if (missing !== undefined)
        throw new Error(`No ${missing} in the answer of ${url}${path}: ${response.statusCode} ${answer.slice(0, 600)}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, oneAfterAnother));
  await pool.close();
  const sorted = tookMs.toSorted((a, b) => a - b);
  return { count: sorted.length, seconds: (performance.now() - began) / 1_000, ms: sorted };
}

const streaming = (message: Arrivals) => ({ ...message, body: () => filled(message.to.body, nextWord()) });

process.on('message', async (message: Calls | Arrivals | { readonly type: 'tokens' | 'close' }) => {
  try {
    if (message.type === 'calls') process.send?.(await calls(message));
    else if (message.type === 'open') process.send?.(await openStreams(streaming(message)));
    else if (message.type === 'arrivals') process.send?.(await arrivals(streaming(message)));
    else if (message.type === 'tokens') process.send?.(tokensSoFar());
    else process.send?.(await closeStreams());
  } catch (error) {
    process.send?.({ failed: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
