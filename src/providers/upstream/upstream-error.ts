/** Translates whatever a vendor or its SDK throws into a GatewayError. No text of the vendor reaches a caller. */

import { GatewayError } from '../../core/errors.ts';
import { once } from '../../core/once.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { WireFailure } from '../../wires/wire-failure.ts';
import { machineWords } from './machine-words.ts';
import { type Meaning, means } from './refusal-words.ts';
import { isParseError, type VendorFailure, vendorFailure, vendorRetryMs } from './vendor-failure.ts';

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

/** Of an account, where the status says that a limit was reached. */
const ofBilling = /billing/i;
/** A limit of a day is not one that passes soon. */
const ofDay = /PerDay/;
const contentRefused = /"(?:code|type)":\s*"(?:content_filter|content_policy_violation)"/i;
/** Errors that the SDK throws before it sends anything. */
const notExpressible = /^AI_(UnsupportedFunctionality|InvalidPrompt|InvalidArgument|TooManyEmbeddingValuesForCall)Error$/;
/** Under a limit for all requests of a minute, this one alone is too large: OpenAI and Groq write what was requested beside the limit. */
const tooLarge = /request too large|request is too large|reduce (?:the|your) (?:message|prompt|input|request)/i;
const limitAndRequested = /limit:? ([\d,]+)\b.{0,80}?requested:? ([\d,]+)\b/i;
/** A moderation in front of the model flagged the prompt (OpenRouter), or its answer. */
const flagged = /moderation|"flagged_input"|(?:input|prompt|content) (?:was|is|has been) flagged/i;
/** No model behind the deployment takes the tools or the images of this request (OpenRouter). */
const unsupported = /(?:that|not|n't) support(?:s|ing)?\b/i;
/** Vendors refuse a key in JSON; a firewall before them refuses a prompt with a page of its own. */
const json = /^\s*[{[]/;

/** The vendor declined the content with an error; others finish such an answer with `content-filter`, and so do we. */
export const refusesContent = (error: unknown): boolean => {
  if (error instanceof WireFailure && error.kind === 'content') return true;
  const { status, text } = vendorFailure(error);
  if (status === 403) return flagged.test(text);
  return (status === null || status < 300 || status === 400) && contentRefused.test(text);
};

/** `request`: what was asked; none of its words reaches the log, also where the vendor repeats them. */
export function upstreamError(error: unknown, vendor: Vendor, request: ModelRequest | null = null): GatewayError {
  if (error instanceof WireFailure && error.kind !== 'refused' && error.kind !== 'content') return brokenAnswer(vendor, error.kind);
  const what = vendorFailure(error);
  const { code, message, retryable, about } = meaningOf(
    what,
    vendor.name,
    once(() => jsonIn(request)),
  );
  const afterMs = retryable ? vendorRetryMs(what) : null;
  const details = { retryable, ...(about === null ? {} : { about }), ...(afterMs === null ? {} : { retryAfterMs: afterMs }) };
  return new GatewayError(code, message, details, { cause: causeOf(error, what, vendor, request) });
}

interface Outcome {
  readonly code: 'BAD_REQUEST' | 'CONTEXT_TOO_LONG' | 'MODEL_UNAVAILABLE';
  readonly message: string;
  readonly retryable: boolean;
  /** Null: the failure may speak of the deployment or of the request. */
  readonly about: 'deployment' | 'request' | null;
}

function meaningOf(what: VendorFailure, name: string, asked: () => string): Outcome {
  const { kind, status, text, unconnected } = what;
  const says = (meaning: Meaning): boolean => means(meaning, text, asked);
  const unavailable = (message: string, about: Outcome['about'], retryable = false): Outcome => ({
    code: 'MODEL_UNAVAILABLE',
    message,
    retryable,
    about,
  });
  const refused = (code: 'BAD_REQUEST' | 'CONTEXT_TOO_LONG', message: string): Outcome => ({
    code,
    message,
    retryable: false,
    about: 'request',
  });
  if (notExpressible.test(kind)) {
    return refused(
      'BAD_REQUEST',
      `The request has a part that ${name} has no form for. Plain text, images and tools with a JSON Schema of an object are accepted.`,
    );
  }
  const isRefusal = status === null || (status >= 400 && status < 500);
  if (
    isRefusal &&
    (status === 402 || (says('no credit') && !passesSoon(what)) || (status === 429 && ofBilling.test(text) && !passesSoon(what)))
  ) {
    return unavailable(`The gateway's account at ${name} has no credit left. Its operators must renew it.`, 'deployment');
  }
  if (isRefusal && status !== 403 && says('account refused')) {
    return unavailable(`${name} refuses the gateway's account. Its operators must renew it.`, 'deployment');
  }
  if (status === 401 || status === 403 || (status === 400 && says('key refused'))) {
    const about = status === 403 && !json.test(text) ? null : 'deployment';
    return unavailable(`${name} refused the gateway's own credentials. Its operators must renew them.`, about);
  }
  if (status === 413 || (status !== 429 && says('context too long'))) {
    return refused(
      'CONTEXT_TOO_LONG',
      'The prompt is longer than the model reads. A shorter prompt, or a route with a larger context window, is accepted.',
    );
  }
  if (status === 404 && unsupported.test(text)) {
    return unavailable(
      `${name} has no model here for what the request needs, such as tools or images. A request without them is accepted.`,
      'request',
    );
  }
  if (status === 404 || status === 410 || (isRefusal && status !== 429 && says('no such model'))) {
    return unavailable(`${name} does not have the model of this deployment.`, 'deployment');
  }
  if (status === 429 && isTooLarge(text)) {
    return refused(
      'CONTEXT_TOO_LONG',
      `The request is larger than ${name} takes from the gateway at once. A shorter prompt or a smaller maxOutputTokens is accepted.`,
    );
  }
  if (status === 429)
    return unavailable(`${name} limits the gateway's rate at the moment. Asking again later is accepted.`, 'deployment', true);
  if (status === 400 || status === 422) {
    return refused(
      'BAD_REQUEST',
      `${name} did not accept the request for this model. Check the tools, the output schema, the images and the provider options.`,
    );
  }
  // 424 is Bedrock's for a model that failed.
  if (status === 408 || status === 409 || status === 424 || status === 425 || (status !== null && status >= 500)) {
    return unavailable(`${name} failed to answer. Asking again may help.`, 'deployment', true);
  }
  if (status === null || status < 300) {
    return unavailable(`${name} failed to answer. Asking again may help.`, unconnected ? 'deployment' : null, true);
  }
  return unavailable(`${name} answered in a way that the gateway does not know.`, null);
}

/** Google writes the same sentence for the quota of a minute as for that of an account, and says with the former when it passes. */
const passesSoon = (what: VendorFailure): boolean => what.status === 429 && vendorRetryMs(what) !== null && !ofDay.test(what.text);

function isTooLarge(text: string): boolean {
  const [, limit = '', requested = ''] = limitAndRequested.exec(text) ?? [];
  const number = (written: string): number => Number(written.replaceAll(',', ''));
  return tooLarge.test(text) || number(requested) > number(limit);
}

/** The answer broke off, was empty or was no answer, without any error of the vendor. Repeating it may help. */
export function brokenAnswer(vendor: Vendor, how: 'cut' | 'empty' | 'unreadable'): GatewayError {
  const sentence = {
    cut: 'broke off its answer before the end',
    empty: 'ended its answer without having said anything',
    unreadable: 'sent an answer that cannot be read',
  }[how];
  // A stop sequence of the caller's can end an answer before its first word.
  const about = how === 'empty' ? ({ about: 'request' } as const) : {};
  return new GatewayError('MODEL_UNAVAILABLE', `${vendor.name} ${sentence}. Asking again may help.`, { retryable: true, ...about });
}

/**
 * What the log gets. A vendor's sentence may repeat the prompt, the answer or a key, and its body may be long: of an answer
 * only its status and its words for machines are kept; of a failure without an answer, what the network said.
 */
function causeOf(error: unknown, what: VendorFailure, { secrets }: Vendor, request: ModelRequest | null): UpstreamError {
  const { kind, status, text } = what;
  const quotesContent = isParseError(what);
  const said = error instanceof Error && status === null && text === '' && !quotesContent ? `: ${error.message}` : '';
  const full = [`${kind}${said}`, ...(status === null ? [] : [`HTTP ${status}`]), ...(quotesContent ? [] : machineWords(text))].join(', ');
  const clean = secrets.reduce((sofar, secret) => (secret === '' ? sofar : sofar.replaceAll(secret, '[secret]')), full);
  return new UpstreamError(withoutWordsOf(request, clean.slice(0, 600)), status);
}

const word = /[\p{L}\p{N}_]{3,}/gu;

/** Words of fewer than three letters carry no information; a word of the vendor's own that the prompt has, too, goes with the rest. */
function withoutWordsOf(request: ModelRequest | null, text: string): string {
  if (request === null) return text;
  const said = jsonIn(request.kind === 'embedding' ? request.texts : request.messages);
  return text.replace(word, (one) => (said.includes(one.toLowerCase()) ? '…' : one));
}

/** In lower case, and without the bytes of files. */
const jsonIn = (asked: unknown): string =>
  JSON.stringify(asked, (key, value: unknown) => (key === 'base64' ? undefined : value)).toLowerCase();
