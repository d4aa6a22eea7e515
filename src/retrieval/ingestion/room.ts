/** Limits what one owner may have in the queue, and words the refusal. */
import { GatewayError } from '../../core/errors.ts';
import type { Queued } from '../../storage/jobs/jobs.ts';

export interface QueueLimits {
  readonly maxQueuedSources: number;
  readonly maxQueuedBytes: number;
}

export const usualQueueLimits: QueueLimits = { maxQueuedSources: 10_000, maxQueuedBytes: 256_000_000 };

/** RATE_LIMITED where waiting helps; BAD_REQUEST where the ingestion alone is more than the queue takes. */
export function queueIsFull(queued: Queued, wanted: Queued, { maxQueuedSources, maxQueuedBytes }: QueueLimits): GatewayError {
  const most = `One owner may have ${counted(maxQueuedSources, 'source')} and ${counted(maxQueuedBytes, 'byte')} queued`;
  const sent = `This ingestion has ${counted(wanted.parts, 'source')} and ${counted(wanted.bytes, 'byte')}`;
  if (wanted.parts > maxQueuedSources || wanted.bytes > maxQueuedBytes) {
    return new GatewayError('BAD_REQUEST', `${sent}. ${most}. Send less at a time.`);
  }
  const left = `${counted(Math.max(0, maxQueuedSources - queued.parts), 'source')} and ${counted(Math.max(0, maxQueuedBytes - queued.bytes), 'byte')}`;
  const message = `${sent}; you have room for ${left}. ${most}. Wait until earlier ones are done: Subscription.ingestion tells.`;
  const limit = queued.parts + wanted.parts > maxQueuedSources ? 'maxQueuedSources' : 'maxQueuedBytes';
  return new GatewayError('RATE_LIMITED', message, { limit });
}

const counted = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
