import type { MessagePart } from '../completion-events.ts';
import type { ContentPartInput, MessageInput } from '../completion-input.ts';
import type { AnswerSnapshot } from '../live-answer.ts';

export interface ToolResult {
  readonly callId: string;
  /** As the model shall see it. */
  readonly content: unknown;
  readonly isError?: boolean;
}

/** One answer of a model; a message has several where tools were called in between. */
export interface Turn {
  /** The idempotency key: the same turn is asked once, by whichever tab or reload. */
  readonly key: string;
  readonly id?: string;
  /** When it has ended. */
  readonly ended?: AnswerSnapshot;
  readonly results?: readonly ToolResult[];
  /** The completion of the turn in whose place this one is asked. */
  readonly replaces?: string;
}

export type KeptMessage =
  | { readonly id: string; readonly role: 'user'; readonly text: string }
  | { readonly id: string; readonly role: 'assistant'; readonly turns: readonly Turn[] };

/** What the model is shown: each message in order, and the results of tools behind the turn that called them. Turns without an answer are left out. */
export function historyOf(messages: readonly KeptMessage[], system: string | undefined): MessageInput[] {
  const all: MessageInput[] = [];
  const add = (role: MessageInput['role'], content: readonly ContentPartInput[]): void => {
    if (content.length > 0) all.push({ role, content });
  };
  if (system) add('SYSTEM', [{ text: system }]);
  for (const message of messages) {
    if (message.role === 'user') add('USER', [{ text: message.text }]);
    else {
      for (const { ended, results = [] } of message.turns) {
        const called = (part: MessagePart): boolean =>
          part.__typename !== 'ToolCallPart' || results.some(({ callId }) => callId === part.call.id);
        add('ASSISTANT', ended?.parts.filter(called).map(partAsSent) ?? []);
        add(
          'TOOL',
          results.map((toolResult) => ({ toolResult })),
        );
      }
    }
  }
  return all;
}

function partAsSent(part: MessagePart): ContentPartInput {
  if (part.__typename === 'TextPart') return { text: part.text };
  if (part.__typename === 'ReasoningPart') return { reasoning: { text: part.text, opaque: part.opaque } };
  return { toolCall: part.call };
}
