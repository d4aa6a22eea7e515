import type { FinishReason } from '../../core/chunk.ts';
import type { JsonObject } from '../json-fields.ts';
import type { Answer, AnswerHead } from '../wire.ts';
import { usageMetadataOf } from './counted-usage.ts';
import { finishWords } from './finish-reasons.ts';
import { writeParts } from './parts/write-parts.ts';

/** Writes a whole answer of `generateContent`. */
export function encodeAnswer({ chunks, usage }: Answer, head: AnswerHead): JsonObject {
  const parts = writeParts(chunks);
  const finish = chunks.find((chunk) => chunk.type === 'finish');
  return responseOf(head, {
    parts,
    finish: finish?.reason ?? 'stop',
    counted: usage === null ? {} : { usageMetadata: usageMetadataOf(usage) },
  });
}

export interface ResponseContent {
  readonly parts: readonly JsonObject[];
  /** Null while the answer goes on. */
  readonly finish: FinishReason | null;
  readonly counted: JsonObject;
}

export const responseOf = ({ id, model }: AnswerHead, { parts, finish, counted }: ResponseContent): JsonObject => ({
  candidates: [
    {
      ...(parts.length === 0 ? {} : { content: { parts, role: 'model' } }),
      ...(finish === null ? {} : { finishReason: finishWords[finish] }),
      index: 0,
    },
  ],
  ...counted,
  modelVersion: model,
  responseId: id,
});
