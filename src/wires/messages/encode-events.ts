/** Writes a message as an event stream. Its last event ends it: there is no `[DONE]`. */
import { writeEvent } from '../sse/write-event.ts';
import type { AnswerHead, EventEncoder } from '../wire.ts';
import { type MessageEvent, messageWriter } from './output/message-writer.ts';

export function encodeEvents(head: AnswerHead): EventEncoder {
  const writer = messageWriter(head);
  return {
    start: () => written(writer.start()),
    take: (chunks) => chunks.map((chunk) => written(writer.take(chunk))).join(''),
    end: (usage) => written(writer.end(usage)),
    fail: (failure) => written(writer.fail(failure)),
  };
}

const written = (events: readonly MessageEvent[]): string => events.map((event) => writeEvent(JSON.stringify(event), event.type)).join('');
