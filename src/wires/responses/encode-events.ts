/** Writes a response as an event stream. Its last event ends it: there is no `[DONE]`. */
import { writeEvent } from '../sse/write-event.ts';
import type { AnswerHead, EventEncoder } from '../wire.ts';
import { type ResponseEvent, responseWriter } from './output/response-writer.ts';

export function encodeEvents(head: AnswerHead): EventEncoder {
  const writer = responseWriter(head);
  return {
    start: () => written(writer.start()),
    take: (chunks) => chunks.map((chunk) => written(writer.take(chunk))).join(''),
    end: (usage) => written(writer.end(usage)),
    fail: (failure) => written(writer.fail(failure)),
  };
}

const written = (events: readonly ResponseEvent[]): string => events.map((event) => writeEvent(JSON.stringify(event), event.type)).join('');
