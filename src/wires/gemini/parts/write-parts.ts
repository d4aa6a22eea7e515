/** Writes chunks as the parts of an answer. Whole calls only: Gemini does not stream arguments. */
import type { Chunk } from '../../../core/chunk.ts';
import type { JsonObject } from '../../json-fields.ts';
import { argsOf } from './call-arguments.ts';
import { writeSignature } from './signatures.ts';

type Reasoning = Extract<Chunk, { type: 'reasoning' }>;

export function writeParts(chunks: readonly Chunk[]): readonly JsonObject[] {
  const parts: JsonObject[] = [];
  for (const chunk of chunks) {
    const last = parts.at(-1);
    if (chunk.type === 'text' && chunk.text !== '') {
      if (isUnsigned(last) && last['thought'] !== true) parts.splice(-1, 1, { text: `${last['text']}${chunk.text}` });
      else parts.push({ text: chunk.text });
    }
    if (chunk.type === 'reasoning') writeReasoning(parts, chunk);
    if (chunk.type === 'tool-call' && chunk.done) {
      const { id, name, argumentsText, opaque } = chunk;
      const signed = opaque === undefined ? {} : { thoughtSignature: writeSignature(opaque).text };
      parts.push({ functionCall: { id, name, args: argsOf(argumentsText) }, ...signed });
    }
  }
  return parts;
}

function writeReasoning(parts: JsonObject[], { text, opaque }: Reasoning): void {
  const signature = opaque === undefined ? null : writeSignature(opaque);
  const last = parts.at(-1);
  const isThought = isUnsigned(last) && last['thought'] === true;
  if (signature?.of === 'text') {
    if (text !== '') parts.push({ text, thought: true });
    const thoughtSignature = signature.text;
    if (text === '' && isUnsigned(last) && !isThought) parts.splice(-1, 1, { ...last, thoughtSignature });
    else parts.push({ text: '', thoughtSignature });
    return;
  }
  const signed = signature === null ? {} : { thoughtSignature: signature.text };
  if (isThought) parts.splice(-1, 1, { text: `${last['text']}${text}`, thought: true, ...signed });
  else if (text !== '' || signature !== null) parts.push({ text, thought: true, ...signed });
}

const isUnsigned = (part: JsonObject | undefined): part is JsonObject =>
  typeof part?.['text'] === 'string' && part['thoughtSignature'] === undefined;
