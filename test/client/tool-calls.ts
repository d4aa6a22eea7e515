import { compatible } from '../providers/dialects.ts';
import type { RawReply } from '../raw-upstream.ts';

const chunk = (choice: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, finish_reason: null, ...choice }], ...rest })}\n\n`;

/** What a vendor of chat completions streams when its model calls a tool: the arguments in pieces of three characters. */
export function callsTool(id: string, name: string, argumentsText: string): RawReply {
  const pieces = argumentsText.match(/.{1,3}/g) ?? [];
  const calls = pieces.map((piece, index) => {
    const call = index === 0 ? { id, type: 'function', function: { name, arguments: piece } } : { function: { arguments: piece } };
    return chunk({ delta: { tool_calls: [{ index: 0, ...call }] } });
  });
  const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
  return { pieces: [compatible.begins, ...calls, chunk({ delta: {}, finish_reason: 'tool_calls' }, { usage }), 'data: [DONE]\n\n'] };
}
