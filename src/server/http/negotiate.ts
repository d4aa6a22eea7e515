/**
 * Chooses how an answer is delivered, from the Accept header and the kind of operation (RFC 9110 §12.5.1; GraphQL over
 * HTTP).
 */
import { LRUCache } from 'lru-cache';

export type Delivery = 'json' | 'graphql-response' | 'sse' | 'multipart-subscription' | 'multipart-incremental';
export type AnswerKind = 'single' | 'incremental' | 'subscription';

interface Range {
  readonly type: string;
  readonly parameters: string;
  readonly quality: number;
}

/** Results by the text of the header: clients send the same few texts again and again. */
const known = new LRUCache<string, Readonly<Record<AnswerKind, Delivery | null>>>({ max: 200 });
/** Longer headers are read each time, because remembering them would fill the memory. */
const maxKnownCharacters = 500;

/**
 * The best delivery the client accepts, or null. Without a header, or with a wildcard: JSON, SSE for subscriptions, multipart for `@defer`.
 */
export function negotiateDelivery(accept: string | undefined, kind: AnswerKind): Delivery | null {
  const header = accept ?? '*/*';
  const remembered = known.get(header);
  if (remembered !== undefined) return remembered[kind];
  const deliveries = deliveriesFor(header);
  if (header.length <= maxKnownCharacters) known.set(header, deliveries);
  return deliveries[kind];
}

function deliveriesFor(accept: string): Readonly<Record<AnswerKind, Delivery | null>> {
  const ranges = rangesOf(accept);
  const best = (kind: AnswerKind): Delivery | null =>
    ranges.map((range) => deliveryOf(range, kind)).find((delivery) => delivery !== null) ?? null;
  return { single: best('single'), incremental: best('incremental'), subscription: best('subscription') };
}

export const acceptableFor: Readonly<Record<AnswerKind, string>> = {
  single: 'application/graphql-response+json, application/json or text/event-stream',
  incremental: 'multipart/mixed or text/event-stream, since it uses @defer',
  subscription:
    'text/event-stream or multipart/mixed;subscriptionSpec=1.0, or a WebSocket (graphql-transport-ws), since it is a subscription',
};

const wildcard: Readonly<Record<AnswerKind, Delivery>> = { single: 'json', incremental: 'multipart-incremental', subscription: 'sse' };

function deliveryOf({ type, parameters }: Range, kind: AnswerKind): Delivery | null {
  switch (type) {
    case '*/*':
      return wildcard[kind];
    case 'application/json':
    case 'application/*':
      return kind === 'single' ? 'json' : null;
    case 'application/graphql-response+json':
      return kind === 'single' ? 'graphql-response' : null;
    case 'text/event-stream':
    case 'text/*':
      return 'sse';
    case 'multipart/mixed':
    case 'multipart/*':
      if (kind === 'incremental') return 'multipart-incremental';
      return kind === 'subscription' && /subscriptionspec\s*=\s*"?1\.0/i.test(parameters) ? 'multipart-subscription' : null;
    default:
      return null;
  }
}

function rangesOf(accept: string): readonly Range[] {
  return accept
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';');
      const quality = /^\s*q=([0-9.]+)\s*$/i.exec(parameters.find((parameter) => /^\s*q=/i.test(parameter)) ?? '')?.[1];
      return { type: type.trim().toLowerCase(), parameters: parameters.join(';'), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
}
