/** Messages of the AI SDK as the gateway's input, and a message as the chunks that made it. */
import type { DynamicToolUIPart, UIMessage, UIMessageChunk } from 'ai';
import type { MessagePart } from '../completion-events.ts';
import type { ContentPartInput, MessageInput } from '../completion-input.ts';

type Part = UIMessage['parts'][number];

/** A typed tool's part has the name in its type; else both kinds are alike. */
const toolIn = (part: Part): DynamicToolUIPart | null =>
  /^(dynamic-tool$|tool-)/.test(part.type) ? ({ toolName: part.type.slice('tool-'.length), ...part } as DynamicToolUIPart) : null;

/** In order; each step of an assistant's message with the results of its tools behind it. A call without a result is left out. */
export function messagesOf(messages: readonly UIMessage[]): MessageInput[] {
  const all: MessageInput[] = [];
  const add = (role: MessageInput['role'], content: readonly ContentPartInput[]): void => {
    if (content.length > 0) all.push({ role, content });
  };
  for (const { role, parts } of messages) {
    let content: ContentPartInput[] = [];
    let results: ContentPartInput[] = [];
    const flush = (): void => {
      add(role.toUpperCase() as MessageInput['role'], content);
      add('TOOL', results);
      [content, results] = [[], []];
    };
    for (const part of parts) {
      const tool = toolIn(part);
      if (part.type === 'step-start') flush();
      else if (part.type === 'text' && part.text !== '') content.push({ text: part.text });
      else if (part.type === 'file') content.push(...fileOf(part));
      // As it was written, with what its vendor signed.
      else if (part.type === 'data-parts') content = (part.data as readonly MessagePart[]).map(asSent);
      else if (tool?.state.startsWith('output-')) {
        const { toolCallId: id, toolName: name, input, output = null, errorText } = tool;
        content.push({ toolCall: { id, name, arguments: input } });
        results.push({ toolResult: { callId: id, content: errorText ?? output, isError: !!errorText } });
      }
    }
    flush();
  }
  return all;
}

function fileOf({ mediaType, url, filename: name }: Extract<Part, { type: 'file' }>): readonly ContentPartInput[] {
  const base64 = /^data:[^,]*;base64,(.*)$/.exec(url)?.[1];
  if (mediaType.startsWith('image')) return [{ image: base64 === undefined ? { url } : { base64 } }];
  return base64 === undefined ? [] : [{ file: { mediaType, base64, name } }];
}

function asSent(part: MessagePart): ContentPartInput {
  if (part.__typename === 'ToolCallPart') return { toolCall: part.call };
  return part.__typename === 'TextPart' ? { text: part.text } : { reasoning: { text: part.text, opaque: part.opaque } };
}

/** For a replay: a message that an answer goes on with is sent again from its beginning. */
export function chunksOfMessage({ id: messageId, parts }: UIMessage): UIMessageChunk[] {
  const chunks: UIMessageChunk[] = [{ type: 'start', messageId }];
  for (const [index, part] of parts.entries()) {
    const id = `b${index}`;
    const tool = toolIn(part);
    if (part.type === 'step-start') chunks.push({ type: 'start-step' });
    else if (part.type === 'text' || part.type === 'reasoning') {
      chunks.push(
        { type: `${part.type}-start`, id },
        { type: `${part.type}-delta`, id, delta: part.text },
        { type: `${part.type}-end`, id },
      );
    } else if (tool !== null) {
      const { toolCallId, toolName, input, output, errorText } = tool;
      const own = { toolCallId, dynamic: true };
      chunks.push({ ...own, type: 'tool-input-available', toolName, input });
      chunks.push(errorText ? { ...own, type: 'tool-output-error', errorText } : { ...own, type: 'tool-output-available', output });
    } else if (/^(data|source)-/.test(part.type)) chunks.push(part as UIMessageChunk);
  }
  return chunks;
}
