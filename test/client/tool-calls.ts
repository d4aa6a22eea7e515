import { compatible } from '../providers/dialects.ts';
import type { RawReply } from '../raw-upstream.ts';

const chunk = (choice: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, finish_reason: null, ...choice }], ...rest })}\n\n`;

interface CalledTool {
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
}

export const callsTool = (id: string, name: string, argumentsText: string): RawReply => callsTools([{ id, name, argumentsText }]);

/** What a vendor of chat completions streams when its model calls tools: the arguments in pieces of three characters. */
export function callsTools(tools: readonly CalledTool[]): RawReply {
  const calls = tools.flatMap(({ id, name, argumentsText }, index) =>
    (argumentsText.match(/.{1,3}/g) ?? []).map((piece, place) => {
      const call = place === 0 ? { id, type: 'function', function: { name, arguments: piece } } : { function: { arguments: piece } };
      return chunk({ delta: { tool_calls: [{ index, ...call }] } });
    }),
  );
  const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
  return { pieces: [compatible.begins, ...calls, chunk({ delta: {}, finish_reason: 'tool_calls' }, { usage }), 'data: [DONE]\n\n'] };
}
