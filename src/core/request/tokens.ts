/**
 * Estimates token counts before a call, when no provider has counted yet.
 *
 * The estimate is the larger of tokenx's estimate and bytes / 3.6. Texts with long runs of letters, very long texts, and
 * everything beyond {@link longestScanned} characters of a request count by bytes alone. An image counts as 1,600 tokens,
 * the maximum that OpenAI and Anthropic bill at their documented default size. A file counts as its bytes / 3.6.
 */
import { jsonTextInTurns } from '../json/canonical-json.ts';
import { finishedAtOnce, finishPaced, type Paced } from '../turns/paced.ts';
import { type Turns, turnsOf } from '../turns/turns.ts';
import type { ContentPart, ModelRequest } from './request.ts';
import { scanTokens, scanTokensInTurns } from './token-scan.ts';

const bytesPerToken = 3.6;
const tokensPerImage = 1_600;
/** Framing that vendors add to each message: role and separators. */
const tokensPerMessage = 4;
const longestRun = 200;
const longestScanned = 200_000;
/** Scanning it takes some 0.1 ms. */
const shortText = 1_024;

/** A text of more than `maxScanned` characters is counted by bytes alone. */
export function estimateTokens(text: string, maxScanned = longestScanned): number {
  const byBytes = bytesAlone(text);
  if (text.length > maxScanned) return byBytes;
  return Math.max(scanTokens(text, longestRun) ?? 0, byBytes);
}

const bytesAlone = (text: string): number => Math.ceil(Buffer.byteLength(text) / bytesPerToken);

export interface InputEstimate {
  readonly total: number;
  /** Of the longest text to embed; of a completion, the whole. */
  readonly longest: number;
}

const estimates = new WeakMap<ModelRequest, InputEstimate>();

/** Estimated once per request object, because a long prompt costs milliseconds. */
export function estimateInput(request: ModelRequest): InputEstimate {
  return (
    estimates.get(request) ??
    remembered(
      request,
      finishedAtOnce((turns) => estimated(request, turns)),
    )
  );
}

/** Some 2 ms of work; a unit is a member of a JSON value, or 16 characters of a text. */
const unitsPerTurn = 2_000;

/** The same; of a long request it is made in slices, between which others are served. Later calls return the estimate at once. */
export function estimateInputInTurns(
  request: ModelRequest,
  turns: Turns = turnsOf({ unitsPerTurn }),
): InputEstimate | Promise<InputEstimate> {
  const known = estimates.get(request);
  if (known !== undefined) return known;
  const small = smallEstimate(request);
  if (small !== null) return remembered(request, small);
  const estimate = finishPaced(estimated(request, turns));
  return estimate instanceof Promise ? estimate.then((found) => remembered(request, found)) : remembered(request, estimate);
}

/** Input tokens of a whole request: messages, tools and output schema; for embeddings, all texts. */
export const estimateInputTokens = (request: ModelRequest): number => estimateInput(request).total;

function remembered(request: ModelRequest, estimate: InputEstimate): InputEstimate {
  estimates.set(request, estimate);
  return estimate;
}

/** Messages of a request that is estimated at once. */
const maxSmallMessages = 8;

/** Of a few short messages of one text each, as most are; null for any other. The same numbers, without work in slices. */
function smallEstimate(request: ModelRequest): InputEstimate | null {
  if (request.kind === 'embedding' || request.messages.length > maxSmallMessages || request.tools.length > 0) return null;
  if (request.output.format === 'json' && request.output.schema !== null) return null;
  let total = 0;
  for (const { content } of request.messages) {
    const [part] = content;
    if (content.length !== 1 || part?.type !== 'text' || part.text.length > shortText) return null;
    total += tokensPerMessage + estimateTokens(part.text);
  }
  return { total, longest: total };
}

function* estimated(request: ModelRequest, turns: Turns): Paced<InputEstimate> {
  const counter: Counter = { turns, left: longestScanned };
  let total = 0;
  let longest = 0;
  if (request.kind === 'embedding') {
    for (const text of request.texts) {
      const tokens = yield* textTokens(text, counter);
      total += tokens;
      longest = Math.max(longest, tokens);
      const wait = turns.spend(unitsOf(tokens));
      if (wait !== null) yield wait;
    }
    return { total, longest };
  }
  for (const { content } of request.messages) {
    total += tokensPerMessage;
    for (const part of content) {
      const tokens = part.type === 'text' ? yield* textTokens(part.text, counter) : yield* partTokens(part, counter);
      total += tokens;
      const wait = turns.spend(unitsOf(tokens));
      if (wait !== null) yield wait;
    }
  }
  if (request.tools.length > 0) total += yield* jsonTokens(request.tools, counter);
  if (request.output.format === 'json' && request.output.schema !== null) total += yield* jsonTokens(request.output.schema, counter);
  return { total, longest: total };
}

/** Of what has been counted at once. */
const unitsOf = (tokens: number): number => 1 + (tokens >> 2);

interface Counter {
  readonly turns: Turns;
  /** Characters that may still be scanned. */
  left: number;
}

/** {@link estimateTokens} of one text after another. */
function* textTokens(text: string, counter: Counter): Paced<number> {
  const { left, turns } = counter;
  counter.left = Math.max(0, left - text.length);
  if (text.length <= shortText || text.length > left) return estimateTokens(text, left);
  return Math.max((yield* scanTokensInTurns(text, longestRun, turns)) ?? 0, bytesAlone(text));
}

function* partTokens(part: Exclude<ContentPart, { readonly type: 'text' }>, counter: Counter): Paced<number> {
  switch (part.type) {
    case 'reasoning':
      return (yield* textTokens(part.text, counter)) + (yield* textTokens(part.opaque ?? '', counter));
    case 'image':
      return tokensPerImage;
    case 'file':
      return Math.ceil((part.base64.length * 3) / 4 / bytesPerToken);
    case 'tool-call':
      return yield* textTokens(part.name + (yield* jsonTextInTurns(part.arguments, counter.turns)), counter);
    case 'tool-result':
      return yield* jsonTokens(part.content, counter);
  }
}

function* jsonTokens(value: unknown, counter: Counter): Paced<number> {
  return yield* textTokens((yield* jsonTextInTurns(value, counter.turns)) ?? '', counter);
}
