/** Whatever a vendor or its SDK throws, as one of our errors. No text of theirs reaches a caller. */

import { GatewayError } from '../core/errors.ts';
import type { ModelRequest } from '../core/request.ts';
import { machineWords } from './machine-words.ts';

/** What the log may know of a vendor's failure: no prompt, no URL, no header, and no key even where the vendor repeats it. */
class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  /** HTTP status; null: none came. */
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.status = status;
  }
}

export interface Vendor {
  /** Name of the provider in the configuration. */
  readonly name: string;
  /** Cut from the cause: a vendor may repeat the key that it refuses. */
  readonly secrets: readonly string[];
}

interface Seen {
  readonly kind: string;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Everything the vendor wrote. Read here, shown to nobody. */
  readonly text: string;
}

const tooLong =
  /context[_ ]length|context[_ ]window|maximum context|prompt is too long|exceed[_ ]context|exceeds? (?:the )?(?:maximum number of tokens|context|available context)|too many (?:input )?tokens|input is too long/i;
const refusedKey = /api[_ ]key[_ ]invalid|api key not valid|invalid[_ ]api[_ ]key|incorrect api key/i;
const quotaSpent = /insufficient_quota|billing|credit balance/i;
const contentRefused = /"(?:code|type)":\s*"(?:content_filter|content_policy_violation)"/i;
/** Errors that the SDK throws before it sends anything. */
const notExpressible = /^AI_(UnsupportedFunctionality|InvalidPrompt|InvalidArgument|TooManyEmbeddingValuesForCall)Error$/;

/** The vendor declined the content with an HTTP error; others finish such an answer with `content-filter`, and so do we. */
export const refusesContent = (error: unknown): boolean => {
  const { status, text } = seen(error);
  return status === 400 && contentRefused.test(text);
};

/** `request`: what was asked; none of its words reaches the log, also where the vendor repeats them. */
export function upstreamError(error: unknown, vendor: Vendor, request: ModelRequest | null = null): GatewayError {
  const what = seen(error);
  const cause = causeOf(error, what, vendor, request);
  const { name } = vendor;
  const fails = (code: 'BAD_REQUEST' | 'CONTEXT_TOO_LONG' | 'MODEL_UNAVAILABLE', message: string, retryable: boolean): GatewayError => {
    const retryAfterMs = retryable ? retryAfter(what) : null;
    return new GatewayError(code, message, { retryable, ...(retryAfterMs === null ? {} : { retryAfterMs }) }, { cause });
  };
  if (notExpressible.test(what.kind)) {
    return fails(
      'BAD_REQUEST',
      `The request has a part that ${name} has no form for. Plain text, images and tools with a JSON Schema of an object are accepted.`,
      false,
    );
  }
  const { status, text } = what;
  if (status === 401 || status === 403 || (status === 400 && refusedKey.test(text))) {
    return fails('MODEL_UNAVAILABLE', `${name} refused the gateway's own credentials. Its operators must renew them.`, false);
  }
  if (status === 413 || (status !== null && status >= 400 && status < 500 && status !== 429 && tooLong.test(text))) {
    return fails(
      'CONTEXT_TOO_LONG',
      'The prompt is longer than the model reads. A shorter prompt, or a route with a larger context window, is accepted.',
      false,
    );
  }
  if (status === 404) return fails('MODEL_UNAVAILABLE', `${name} does not have the model of this deployment.`, false);
  if (status === 402 || (status === 429 && quotaSpent.test(text))) {
    return fails('MODEL_UNAVAILABLE', `The gateway's account at ${name} has no credit left. Its operators must renew it.`, false);
  }
  if (status === 429)
    return fails('MODEL_UNAVAILABLE', `${name} limits the gateway's rate at the moment. Asking again later is accepted.`, true);
  if (status === 400 || status === 422) {
    return fails(
      'BAD_REQUEST',
      `${name} did not accept the request for this model. Check the tools, the output schema, the images and the provider options.`,
      false,
    );
  }
  if (status === 408 || status === 409 || status === 425 || status === null || status >= 500 || status < 300) {
    return fails('MODEL_UNAVAILABLE', `${name} failed to answer. Asking again may help.`, true);
  }
  return fails('MODEL_UNAVAILABLE', `${name} answered in a way that the gateway does not know.`, false);
}

/** The answer broke off, was empty or was no answer, without any error of the vendor. Repeating it may help. */
export function brokenAnswer(vendor: Vendor, how: 'cut' | 'empty' | 'unreadable'): GatewayError {
  const sentence = {
    cut: 'broke off its answer before the end',
    empty: 'ended its answer without having said anything',
    unreadable: 'sent an answer that cannot be read',
  }[how];
  return new GatewayError('MODEL_UNAVAILABLE', `${vendor.name} ${sentence}. Asking again may help.`, { retryable: true });
}

/** APICallError and stream errors are read by their fields: their classes would load the SDK. */
function seen(error: unknown): Seen {
  const of = typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
  const { name, statusCode, responseHeaders, responseBody, data } = of as Readonly<Record<string, unknown>> & {
    readonly name?: unknown;
    readonly statusCode?: unknown;
    readonly responseHeaders?: unknown;
    readonly responseBody?: unknown;
    readonly data?: unknown;
  };
  return {
    kind: typeof name === 'string' ? name : '',
    status: typeof statusCode === 'number' ? statusCode : null,
    headers: typeof responseHeaders === 'object' && responseHeaders !== null ? { ...responseHeaders } : {},
    text: typeof responseBody === 'string' ? responseBody : (JSON.stringify(data) ?? ''),
  };
}

/**
 * What the log is told. A vendor's sentence may repeat the prompt, the answer or a key, and its body may be long: of an answer
 * only its status and its words for machines are kept; of a failure without an answer, what the network said.
 */
function causeOf(error: unknown, { kind, status, text }: Seen, { secrets }: Vendor, request: ModelRequest | null): UpstreamError {
  const isParseError = /^AI_(JSONParse|TypeValidation)Error$/.test(kind);
  const said = error instanceof Error && status === null && text === '' && !isParseError ? `: ${error.message}` : '';
  const full = [`${kind}${said}`, ...(status === null ? [] : [`HTTP ${status}`]), ...(isParseError ? [] : machineWords(text))].join(', ');
  const clean = secrets.reduce((sofar, secret) => (secret === '' ? sofar : sofar.replaceAll(secret, '[secret]')), full);
  return new UpstreamError(withoutWordsOf(request, clean.slice(0, 600)), status);
}

const word = /[\p{L}\p{N}_]{3,}/gu;

/** Words of fewer than three letters tell nothing; a word of the vendor's own that the prompt has, too, goes with the rest. */
function withoutWordsOf(request: ModelRequest | null, text: string): string {
  if (request === null) return text;
  const asked = request.kind === 'embedding' ? request.texts : request.messages;
  const said = JSON.stringify(asked, (key, value: unknown) => (key === 'base64' ? undefined : value)).toLowerCase();
  return text.replace(word, (one) => (said.includes(one.toLowerCase()) ? '…' : one));
}

/** Milliseconds the vendor asks to wait, at most an hour. `Retry-After` is seconds or a date (RFC 9110 §10.2.3); Google writes it into the body. */
function retryAfter({ headers, text }: Seen): number | null {
  const inBody = /"retryDelay":\s*"([\d.]+)s"/.exec(text)?.[1];
  const after = headers['retry-after'];
  const candidates = [
    Number(headers['retry-after-ms'] ?? Number.NaN),
    1000 * Number(after ?? Number.NaN),
    typeof after === 'string' ? Date.parse(after) - Date.now() : Number.NaN,
    1000 * Number(inBody ?? Number.NaN),
  ];
  const ms = candidates.find((candidate) => Number.isFinite(candidate));
  return ms === undefined ? null : Math.min(Math.max(0, Math.round(ms)), 3_600_000);
}
