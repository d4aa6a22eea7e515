/**
 * Decides whether a vendor's token counts are plausible. A count is accepted within bounds around what was drawn and what
 * was received. When one side (input or output) is implausible, the other is not used either.
 *
 * The bounds leave room for other tokenizers, for text that vendors add (tools, templates), and for tokens that appear in no
 * text: reasoning, images, pages of a file.
 */
import type { Usage } from '../../core/money.ts';
import type { ModelRequest } from '../../core/request/request.ts';

export interface Evidence {
  readonly request: ModelRequest;
  /** Estimate of what was sent, as it was drawn. */
  readonly inputTokens: number;
  /** The most that was asked for, reasoning included. */
  readonly outputCeiling: number;
  /** No tokenizer makes fewer tokens of what was received. */
  readonly minReceivedTokens: number;
  /** Estimate of what was received: text, and reasoning as far as it was shown. */
  readonly received: () => Pick<Usage, 'outputTokens' | 'reasoningTokens'>;
}

/** Other tokenizers make up to four tokens of one of ours: one of each byte. Some vendors bill reasoning beside the maximum. */
const moreThanDrawn = 4;
/** System texts of tools and templates that vendors add and bill. */
const addedInputTokens = 2_000;
/** Some models bill an image thirty times as high as others. */
const tokensPerImage = 50_000;
/** Of a text alone, nobody counts so few. */
const fewerInput = 8;
const fewerOutput = 3;
/** Below this, rounding and framing decide. */
const slackTokens = 16;

/** What cannot be true of the count; empty: it is believed. */
export function doubtsOf(counted: Usage, evidence: Evidence): readonly ('input' | 'output')[] {
  const { freshInputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = counted;
  const input = [freshInputTokens, cacheReadTokens, cacheWriteTokens];
  const output = [outputTokens, reasoningTokens];
  return [
    ...(input.every(isCount) && isInputOf(sumOf(input), evidence) ? [] : (['input'] as const)),
    ...(output.every(isCount) && isOutputOf(sumOf(output), evidence) ? [] : (['output'] as const)),
  ];
}

const isCount = (tokens: number): boolean => Number.isSafeInteger(tokens) && tokens >= 0;
const sumOf = (tokens: readonly number[]): number => tokens.reduce((sum, one) => sum + one, 0);

function isInputOf(tokens: number, { request, inputTokens }: Evidence): boolean {
  if (tokens === 0) return inputTokens === 0;
  const { images, files, fileTokens } = mediaOf(request);
  if (images + files === 0 && tokens * fewerInput + slackTokens < inputTokens) return false;
  return tokens <= moreThanDrawn * inputTokens + addedInputTokens + images * tokensPerImage + fileTokens;
}

function isOutputOf(tokens: number, { request, outputCeiling, minReceivedTokens, received }: Evidence): boolean {
  if (request.kind === 'embedding') return tokens === 0;
  if (tokens === 0) return minReceivedTokens === 0;
  if (tokens * fewerOutput + slackTokens < minReceivedTokens) return false;
  if (tokens <= moreThanDrawn * outputCeiling + slackTokens) return true;
  const { outputTokens, reasoningTokens } = received();
  return tokens <= moreThanDrawn * (outputTokens + reasoningTokens);
}

/** A file is billed by its pages, of which a compressed one has many: a token for each character of its base64 at most. */
function mediaOf(request: ModelRequest): { readonly images: number; readonly files: number; readonly fileTokens: number } {
  if (request.kind === 'embedding') return { images: 0, files: 0, fileTokens: 0 };
  let images = 0;
  let files = 0;
  let fileTokens = 0;
  for (const { content } of request.messages) {
    for (const part of content) {
      if (part.type === 'image') images += 1;
      if (part.type !== 'file') continue;
      files += 1;
      fileTokens += part.base64.length;
    }
  }
  return { images, files, fileTokens };
}
