/**
 * Estimates token counts before a call, when no provider has counted yet.
 *
 * The estimate is the larger of tokenx's estimate and bytes / 3.6. Texts with long runs of letters, very long texts, and
 * everything beyond {@link longestScanned} characters of a request count by bytes alone. An image counts as 1,600 tokens,
 * the maximum that OpenAI and Anthropic bill at their documented default size. A file counts as its bytes / 3.6.
 */
import type { ContentPart, ModelRequest } from './request.ts';
import { scanTokens } from './token-scan.ts';

const bytesPerToken = 3.6;
const tokensPerImage = 1_600;
/** Framing that vendors add to each message: role and separators. */
const tokensPerMessage = 4;
const longestRun = 200;
const longestScanned = 200_000;

/** A text of more than `maxScanned` characters is counted by bytes alone. */
export function estimateTokens(text: string, maxScanned = longestScanned): number {
  const byBytes = Math.ceil(Buffer.byteLength(text) / bytesPerToken);
  if (text.length > maxScanned) return byBytes;
  return Math.max(scanTokens(text, longestRun) ?? 0, byBytes);
}

export interface InputEstimate {
  readonly total: number;
  /** Of the longest text to embed; of a completion, the whole. */
  readonly longest: number;
}

const estimates = new WeakMap<ModelRequest, InputEstimate>();

/** Estimated once per request object, because a long prompt costs milliseconds. */
export function estimateInput(request: ModelRequest): InputEstimate {
  const known = estimates.get(request);
  if (known !== undefined) return known;
  const estimate = freshEstimate(request);
  estimates.set(request, estimate);
  return estimate;
}

/** Input tokens of a whole request: messages, tools and output schema; for embeddings, all texts. */
export const estimateInputTokens = (request: ModelRequest): number => estimateInput(request).total;

function freshEstimate(request: ModelRequest): InputEstimate {
  let total = 0;
  let longest = 0;
  let left = longestScanned;
  const count = (text: string): number => {
    const tokens = estimateTokens(text, left);
    left = Math.max(0, left - text.length);
    return tokens;
  };
  if (request.kind === 'embedding') {
    for (const text of request.texts) {
      const tokens = count(text);
      total += tokens;
      longest = Math.max(longest, tokens);
    }
    return { total, longest };
  }
  for (const { content } of request.messages) {
    total += tokensPerMessage;
    for (const part of content) total += partTokens(part, count);
  }
  if (request.tools.length > 0) total += count(JSON.stringify(request.tools));
  if (request.output.format === 'json' && request.output.schema !== null) total += count(JSON.stringify(request.output.schema));
  return { total, longest: total };
}

function partTokens(part: ContentPart, count: (text: string) => number): number {
  switch (part.type) {
    case 'text':
      return count(part.text);
    case 'reasoning':
      return count(part.text) + count(part.opaque ?? '');
    case 'image':
      return tokensPerImage;
    case 'file':
      return Math.ceil((part.base64.length * 3) / 4 / bytesPerToken);
    case 'tool-call':
      return count(part.name + JSON.stringify(part.arguments));
    case 'tool-result':
      return count(JSON.stringify(part.content) ?? '');
  }
}
