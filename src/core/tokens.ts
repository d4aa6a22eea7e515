/**
 * Estimates of token counts before a call, when no provider has counted yet.
 *
 * The larger of tokenx's estimate and bytes / 3.6. Text with long runs of letters, and very long text, is counted by bytes
 * alone. The estimate of an image is 1,600 tokens, the most that OpenAI and Anthropic bill for one at their documented
 * default size; of a file, its bytes / 3.6.
 */
import type { ContentPart, ModelRequest } from './request.ts';
import { scanTokens } from './token-scan.ts';

const bytesPerToken = 3.6;
const tokensPerImage = 1_600;
/** Framing that vendors add to each message: role and separators. */
const tokensPerMessage = 4;
const longestRun = 200;
const longestScanned = 200_000;

export function estimateTokens(text: string): number {
  const byBytes = Math.ceil(Buffer.byteLength(text) / bytesPerToken);
  if (text.length > longestScanned) return byBytes;
  return Math.max(scanTokens(text, longestRun) ?? 0, byBytes);
}

export interface InputEstimate {
  readonly total: number;
  /** Of the longest text to embed; of a completion, the whole. */
  readonly longest: number;
}

const estimates = new WeakMap<ModelRequest, InputEstimate>();

/** Estimated once per request object, whoever asks and how often: a long prompt costs milliseconds. */
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
  if (request.kind === 'embedding') {
    for (const text of request.texts) {
      const tokens = estimateTokens(text);
      total += tokens;
      longest = Math.max(longest, tokens);
    }
    return { total, longest };
  }
  for (const { content } of request.messages) {
    total += tokensPerMessage;
    for (const part of content) total += partTokens(part);
  }
  if (request.tools.length > 0) total += estimateTokens(JSON.stringify(request.tools));
  if (request.output.format === 'json' && request.output.schema !== null) total += estimateTokens(JSON.stringify(request.output.schema));
  return { total, longest: total };
}

function partTokens(part: ContentPart): number {
  switch (part.type) {
    case 'text':
      return estimateTokens(part.text);
    case 'reasoning':
      return estimateTokens(part.text) + estimateTokens(part.opaque ?? '');
    case 'image':
      return tokensPerImage;
    case 'file':
      return Math.ceil((part.base64.length * 3) / 4 / bytesPerToken);
    case 'tool-call':
      return estimateTokens(part.name + JSON.stringify(part.arguments));
    case 'tool-result':
      return estimateTokens(JSON.stringify(part.content) ?? '');
  }
}
