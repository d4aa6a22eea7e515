/** The events of a completion as the stream of chunks that the AI SDK makes a message of. */
import type { FinishReason, UIMessageChunk } from 'ai';
import type { Answer } from '../live-answer.ts';

/** `before`: what comes first where the answer goes on with a message; undefined where it begins one. */
export function answerChunks(answer: Answer, before: readonly UIMessageChunk[] | undefined): ReadableStream<UIMessageChunk> {
  return new ReadableStream({
    async start(controller) {
      const put = (...chunks: readonly UIMessageChunk[]): void => {
        for (const chunk of chunks) controller.enqueue(chunk);
      };
      let kind: 'text' | 'reasoning' | null = null;
      let parts = 0;
      let text = '';
      const calls = new Set<string>();

      function close(): void {
        if (kind !== null) put({ type: `${kind}-end`, id: `${parts}` });
        kind = null;
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
      /** What was not read as it was written: its events were not kept. */
      function complete(whole: string): void {
        if (whole.startsWith(text) && whole !== text) grow('text', whole.slice(text.length));
        close();
      }

      for await (const event of answer) {
        // Whatever it is, a failure too.
        if (event.seq === 1) put(...(before ?? [{ type: 'start', messageId: event.completionId }]), { type: 'start-step' });
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
            const title = passage?.source.title ?? passage?.source.id ?? marker;
            put({ type: 'source-document', sourceId: marker, mediaType: 'text/plain', title });
            put({ type: 'data-citation', id: marker, data: event.citation });
            break;
          }
          case 'CompletionFinished': {
            const { id, usage, provenance, finishReason, parts: written, text: whole } = event.completion;
            complete(whole);
            // Some vendors want what they signed back as it was.
            if (/"opaque":"/.test(JSON.stringify(written))) put({ type: 'data-parts', id, data: written });
            const messageMetadata = { completionId: id, usage, provenance };
            const why = (finishReason ?? 'OTHER').toLowerCase().replace('_', '-') as FinishReason;
            put({ type: 'finish-step' }, { type: 'finish', finishReason: why, messageMetadata });
            break;
          }
          case 'CompletionFailed':
            close();
            if (event.failure.code === 'CANCELLED') put({ type: 'abort' });
            else put({ type: 'data-failure', data: event.failure }, { type: 'error', errorText: event.failure.message });
        }
      }
      controller.close();
    },
    cancel: () => answer.detach(),
  });
}
