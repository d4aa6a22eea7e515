/**
 * The wording of a repair, the second attempt after an invalid structured answer, and how a provider that reads prompts
 * recognises it.
 */
import type { CompletionRequest, Message } from './request.ts';

const opening = 'The answer above is not the JSON that was asked for.';

/** The request with the invalid answer and what is wrong with it behind its messages. */
export function repairRequest(
  request: CompletionRequest,
  answer: string,
  issues: readonly { readonly path: string; readonly message: string }[],
): CompletionRequest {
  const list = issues.map(({ path, message }) => `- ${path === '' ? 'the whole' : path}: ${message}`);
  const text = [opening, ...list, 'Answer again with the corrected JSON alone.'].join('\n');
  const said: Message[] = answer.trim() === '' ? [] : [{ role: 'assistant', content: [{ type: 'text', text: answer }] }];
  return { ...request, messages: [...request.messages, ...said, { role: 'user', content: [{ type: 'text', text }] }] };
}

/** The messages as they were before {@link repairRequest}. */
export function withoutRepair(messages: readonly Message[]): readonly Message[] {
  const last = messages.at(-1)?.content[0];
  if (last?.type !== 'text' || !last.text.startsWith(opening)) return messages;
  return messages.slice(0, messages.at(-2)?.role === 'assistant' ? -2 : -1);
}
