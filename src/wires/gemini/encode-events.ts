/** Writes an answer as the events of `streamGenerateContent?alt=sse`. */
import type { FinishReason } from '../../core/chunk.ts';
import { writeEvent } from '../sse/write-event.ts';
import type { AnswerHead, EventEncoder } from '../wire.ts';
import { usageMetadataOf } from './counted-usage.ts';
import { responseOf } from './encode-answer.ts';
import { encodeFailure } from './failures.ts';
import { writeParts } from './parts/write-parts.ts';

export function encodeEvents(head: AnswerHead): EventEncoder {
  let finish: FinishReason = 'stop';
  return {
    start: () => '',
    take(chunks) {
      for (const chunk of chunks) if (chunk.type === 'finish') finish = chunk.reason;
      const parts = writeParts(chunks);
      return parts.length === 0 ? '' : writeEvent(JSON.stringify(responseOf(head, { parts, finish: null, counted: {} })));
    },
    end(usage) {
      const counted = usage === null ? {} : { usageMetadata: usageMetadataOf(usage) };
      return writeEvent(JSON.stringify(responseOf(head, { parts: [{ text: '' }], finish, counted })));
    },
    fail(failure) {
      const { body } = encodeFailure(failure);
      // Google's own client reads no `error` in an event. It fails for text that no blank line ends; other clients pass over such text.
      return `${writeEvent(JSON.stringify(body))}${JSON.stringify(body)}`;
    },
  };
}
