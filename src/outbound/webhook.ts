/**
 * Tells another server of something that happened, by a signed POST. The receiver computes the signature again of the time and the body as
 * they came: only who knows the secret can have sent them, and an old one that is sent again shows by its time.
 */
import { createHmac } from 'node:crypto';
import type { Secret } from '../core/secret.ts';
import type { HttpClient } from './http-client.ts';
import { retryAfterMs } from './retry-delay.ts';

export interface WebhookTarget {
  readonly url: string;
  readonly secret: Secret;
}

export interface WebhookMessage {
  /** Stays the same when it is sent again, so that the receiver knows it. */
  readonly id: string;
  readonly type: string;
  /** JSON. */
  readonly body: string;
}

/** `status`: null where no answer came. `retryAfterMs`: null where the receiver asks for no time. */
export type WebhookOutcome =
  | { readonly isAccepted: true }
  | { readonly isAccepted: false; readonly status: number | null; readonly retryAfterMs: number | null; readonly cause?: unknown };

export interface WebhookOptions {
  readonly client: Pick<HttpClient, 'send'>;
  readonly signal: AbortSignal;
  /** Milliseconds until the head of the answer is there. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** `t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256 of `<seconds>.<body>`. */
export function signatureOf(body: string, secret: Secret, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  const digest = createHmac('sha256', secret.reveal()).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}

/** Never rejects. An answer of 200 to 299 accepts; a redirect is not followed. */
export async function sendWebhook(
  { url, secret }: WebhookTarget,
  { id, type, body }: WebhookMessage,
  { client, signal, timeoutMs, now }: WebhookOptions,
): Promise<WebhookOutcome> {
  try {
    const answer = await client.send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'fieldgate',
        'x-fieldgate-event': type,
        'x-fieldgate-delivery': id,
        'x-fieldgate-signature': signatureOf(body, secret, now()),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    // What it says beside its status is of no use, and may have no end.
    answer.body.destroy();
    const { status } = answer;
    return status >= 200 && status < 300 ? { isAccepted: true } : { isAccepted: false, status, retryAfterMs: retryAfterMs(answer.headers) };
  } catch (cause) {
    return { isAccepted: false, status: null, retryAfterMs: null, cause };
  }
}

const firstDelayMs = 1_000;
const maxDelayMs = 10 * 60_000;

/** Delay before it is sent again: what the receiver asked for, else about 1 s × 2ⁿ, at most ten minutes. `failures`: from 1. */
export function resendDelayMs(failures: number, asked: number | null, random: () => number): number {
  if (asked !== null) return Math.max(firstDelayMs, asked);
  const whole = Math.min(maxDelayMs, firstDelayMs * 2 ** (failures - 1));
  return Math.round(whole / 2 + (random() * whole) / 2);
}
