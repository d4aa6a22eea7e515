/** Reads one response after the other of an answer to chunks: a whole answer is one response, or a list of those of a stream. */
import type { Chunk, FinishReason } from '../../core/chunk.ts';
import type { Usage } from '../../core/money.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../json-fields.ts';
import { settleFinish } from '../settle-finish.ts';
import { WireFailure } from '../wire-failure.ts';
import { type Counts, usageOf, withCounts } from './counted-usage.ts';
import { failureIn } from './failures.ts';
import { finishReasonOf } from './finish-reasons.ts';
import { readParts } from './parts/read-parts.ts';
import type { GeminiSettings } from './request/model-family.ts';

export interface ResponseReader {
  take(response: unknown): readonly Chunk[];
  /** Returns the last chunks, `finish` last. `otherwise` is the reason where none has come; with null, the answer is cut then. */
  end(otherwise: FinishReason | null): readonly Chunk[];
  readonly complete: boolean;
  readonly usage: Usage | null;
}

export function readResponses({ jsonTool }: GeminiSettings): ResponseReader {
  const parts = readParts(jsonTool);
  let counts: Counts = {};
  let finishWord = '';
  let blocked = false;
  /** Servers that name a finish reason with every piece do not say with it that the answer ends. */
  let goesOn = false;

  const takeCandidate = ({ content, finishReason }: JsonObject): readonly Chunk[] => {
    const chunks = listOf(objectOf(content)['parts']).flatMap((part) => parts.take(part));
    if (finishWord !== '' && chunks.length > 0) goesOn = true;
    if (textOf(finishReason) !== '') finishWord = textOf(finishReason);
    return chunks;
  };
  const isComplete = (): boolean => blocked || (finishWord !== '' && !goesOn);

  return {
    take(response) {
      const { candidates, promptFeedback, usageMetadata, ...rest } = objectOf(response);
      const failure = failureIn(rest);
      if (failure !== null && !isComplete()) throw failure;
      counts = withCounts(counts, usageMetadata);
      if (blocksPrompt(promptFeedback)) blocked = true;
      const candidate = firstOf(candidates);
      return blocked || candidate === null ? [] : takeCandidate(candidate);
    },
    end(otherwise) {
      if (!blocked && finishWord === '' && otherwise === null) throw new WireFailure('cut');
      const chunks = parts.end();
      const reason = blocked ? 'content-filter' : finishWord === '' ? (otherwise ?? 'other') : finishReasonOf(finishWord);
      return [...chunks, { type: 'finish', reason: settleFinish(reason, parts.said) }];
    },
    get complete() {
      return isComplete();
    },
    get usage() {
      return usageOf(counts);
    },
  };
}

function blocksPrompt(promptFeedback: unknown): boolean {
  const reason = textOf(objectOf(promptFeedback)['blockReason']);
  return reason !== '' && !reason.endsWith('UNSPECIFIED');
}

/** The first of several answers. A missing index is 0, because Google leaves zeros out. */
function firstOf(candidates: unknown): JsonObject | null {
  return (
    listOf(candidates)
      .filter(isObject)
      .find(({ index }) => (index ?? 0) === 0) ?? null
  );
}
