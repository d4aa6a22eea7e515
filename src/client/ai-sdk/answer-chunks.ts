/** The events of a completion as the stream of chunks that the AI SDK makes a message of. */
import type { FinishReason, UIMessageChunk } from 'ai';
import type { Answer } from '../live-answer.ts';

/** `before`: what comes first where the answer goes on with a message; undefined where it begins one. */
export function answerChunks(answer: Answer, before: UIMessageChunk[] | undefined): ReadableStream<UIMessageChunk> {
  return new ReadableStream({
    async start(controller) {
      const put = (chunk: UIMessageChunk): void => controller.enqueue(chunk);
      let kind: 'text' | 'reasoning' | undefined;
      let parts = 0;
      let text = '';
      const calls = new Set<string>();

      function close(): void {
        if (kind) put({ type: `${kind}-end`, id: `${parts}` });
        kind = undefined;
      }
      function grow(what: 'text' | 'reasoning', delta: string): void {
        if (kind !== what) {
          close();
          parts += 1;
          kind = what;
          put({ type: `${what}-start`, id: `${parts}` });
        }
        put({ type: `${what}-delta`, id: `${parts}`, delta });
      }
      for await (const event of answer) {
        // Whatever it is, a failure too.
        if (event.seq === 1) {
          (before ?? [{ type: 'start', messageId: event.completionId }]).map(put);
          put({ type: 'start-step' });
        }
        switch (event.__typename) {
          case 'TextDelta':
            text += event.text;
            grow('text', event.text);
            break;
          case 'ReasoningDelta':
            grow('reasoning', event.text);
            break;
          case 'ToolCallDelta': {
            const { callId: toolCallId, name: toolName, argumentsText: inputTextDelta } = event;
            close();
            if (!calls.has(toolCallId)) put({ type: 'tool-input-start', toolCallId, toolName, dynamic: true });
            calls.add(toolCallId);
            put({ type: 'tool-input-delta', toolCallId, inputTextDelta });
            break;
          }
          case 'ToolCallReady': {
            const { id: toolCallId, name: toolName, arguments: input } = event.call;
            close();
            put({ type: 'tool-input-available', toolCallId, toolName, input, dynamic: true });
            break;
          }
          case 'ObjectDelta':
            put({ type: 'data-object', id: 'object', data: event.object });
            break;
          case 'CitationAdded': {
            const { marker, passage } = event.citation;
            const title = passage?.source.title ?? marker;
            put({ type: 'source-document', sourceId: marker, mediaType: 'text/plain', title });
            put({ type: 'data-citation', id: marker, data: event.citation });
            break;
          }
          case 'CompletionFinished': {
            const { id, usage, provenance, finishReason, parts: written, text: whole } = event.completion;
            // What was not read as it was written: its events were not kept.
            if (whole > text && whole.startsWith(text)) grow('text', whole.slice(text.length));
            close();
            // Some vendors want what they signed back as it was.
            if (/"opaque":"/.test(JSON.stringify(written))) put({ type: 'data-parts', id, data: written });
            const why = (finishReason ?? 'OTHER').toLowerCase().replace('_', '-') as FinishReason;
            put({ type: 'finish-step' });
            put({ type: 'finish', finishReason: why, messageMetadata: { completionId: id, usage, provenance } });
            break;
          }
          case 'CompletionFailed':
            close();
            if (event.failure.code === 'CANCELLED') put({ type: 'abort' });
            else {
              put({ type: 'data-failure', data: event.failure });
              put({ type: 'error', errorText: event.failure.message });
            }
        }
      }
      controller.close();
    },
    cancel: answer.detach,
  });
}
