/**
 * Estimates of token counts before a call, when no provider has counted yet.
 *
 * The larger of tokenx's estimate and bytes / 3.6. tokenx is linear on words but every tokenizer is quadratic on one
 * long run of letters, so long runs are counted by bytes alone. The estimate of an image is 1,600 tokens, the most
 * that OpenAI and Anthropic bill for one at their documented default size; of a file, its bytes / 3.6.
 */
import { estimateTokenCount } from 'tokenx';
import type { ContentPart, ModelRequest } from './request.ts';

const bytesPerToken = 3.6;
const tokensPerImage = 1_600;
/** Framing that vendors add to each message: role and separators. */
const tokensPerMessage = 4;
const longRun = /[^\s]{200,}/;

export function estimateTokens(text: string): number {
  const byBytes = Math.ceil(Buffer.byteLength(text) / bytesPerToken);
  if (text.length > 200_000 || longRun.test(text)) return byBytes;
  return Math.max(estimateTokenCount(text), byBytes);
}

/** Input tokens of a whole request: messages, tools and output schema; for embeddings, all texts. */
export function estimateInputTokens(request: ModelRequest): number {
  if (request.kind === 'embedding') return request.texts.reduce((sum, text) => sum + estimateTokens(text), 0);
  const messages = request.messages.reduce(
    (sum, message) => sum + tokensPerMessage + message.content.reduce((inner, part) => inner + partTokens(part), 0),
    0,
  );
  const tools = request.tools.length === 0 ? 0 : estimateTokens(JSON.stringify(request.tools));
  const schema =
    request.output.format === 'json' && request.output.schema !== null ? estimateTokens(JSON.stringify(request.output.schema)) : 0;
  return messages + tools + schema;
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
