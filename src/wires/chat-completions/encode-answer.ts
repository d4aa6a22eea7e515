import type { JsonObject } from '../json-fields.ts';
import type { Answer, AnswerHead } from '../wire.ts';
import { signatureField, writeSignature } from './call-signatures.ts';
import { encodeUsage } from './counted-usage.ts';
import { encodeFinishReason } from './finish-reasons.ts';

/** Writes a whole answer. Reasoning has no opaque part on this wire. */
export function encodeAnswer({ chunks, usage }: Answer, { id, model, created }: AnswerHead): JsonObject {
  let content = '';
  let reasoning = '';
  const calls: JsonObject[] = [];
  for (const chunk of chunks) {
    if (chunk.type === 'text') content += chunk.text;
    else if (chunk.type === 'reasoning') reasoning += chunk.text;
    else if (chunk.type === 'tool-call' && chunk.done) {
      const { id: callId, name, argumentsText, opaque } = chunk;
      calls.push({
        id: callId,
        type: 'function',
        function: { name, arguments: argumentsText || '{}' },
        ...(opaque === undefined ? {} : signatureField(writeSignature(opaque))),
      });
    }
  }
  const finish = chunks.find((chunk) => chunk.type === 'finish');
  const message = {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    refusal: null,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: encodeFinishReason(finish?.reason ?? 'stop', calls.length > 0) }],
    ...(usage === null ? {} : { usage: encodeUsage(usage) }),
  };
}
