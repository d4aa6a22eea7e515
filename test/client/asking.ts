/** A client over a gateway whose model says what the test lets it say, with a proxy between. */
import {
  type Answer,
  type AnswerStatus,
  type Client,
  type ClientOptions,
  type CompletionEvent,
  createClient,
} from '../../src/client/sdk.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { type Scripted, saying, scripted } from '../gateway/streams.ts';
import type { Gate } from '../raw-upstream.ts';
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts';

export interface Asking extends Scripted {
  readonly proxy: CuttingProxy;
  readonly gate: Client;
}

export const transports = ['ws', 'sse'] as const;

export async function asking(options: Partial<ClientOptions> = {}, changes: Partial<GatewayConfig> = {}): Promise<Asking> {
  const parts = await scripted(changes);
  const proxy = await cuttingProxy(parts.gateway.url);
  const gate = createClient({ url: proxy.url, token: parts.gateway.developmentKey, fetch: fetchBesideVersion, ...options });
  return { ...parts, proxy, gate };
}

/** The question for the version of the gateway would be a connection more, in tests that count them. */
const fetchBesideVersion: typeof fetch = async (url, init) =>
  String(init?.body).includes('GatewayVersion') ? Response.json({ data: { aiHealth: { version: '0.1.0' } } }) : fetch(url, init);

export const prompt = (text: string) => ({ prompt: { text } });

/** What the model says from now on, piece by piece. */
export const says = ({ upstream }: Scripted, ...words: readonly (string | Gate)[]): void => upstream.plays(saying(...words));

export const words = (count: number): string[] => Array.from({ length: count }, (_, index) => `word${index + 1} `);

/** All events; `each` may open what the next one waits for. */
export async function eventsOf(
  answer: AsyncIterable<CompletionEvent>,
  each: (event: CompletionEvent) => void = () => {},
): Promise<CompletionEvent[]> {
  const events: CompletionEvent[] = [];
  for await (const event of answer) {
    events.push(event);
    each(event);
  }
  return events;
}

/** Each status that a listener has seen, without repeats. */
export function statusesOf(answer: Answer): AnswerStatus[] {
  const seen: AnswerStatus[] = [];
  answer.subscribe(() => {
    const { status } = answer.snapshot();
    if (seen.at(-1) !== status) seen.push(status);
  });
  return seen;
}
