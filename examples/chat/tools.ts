/** Tools that the model may call, and that run in this page. */
import type { ToolInput } from '../../src/client/sdk.ts';

interface Tool extends ToolInput {
  readonly run: (input: unknown) => unknown;
}

const all: readonly Tool[] = [
  {
    name: 'current_time',
    description: 'The time and the date where the user is.',
    parameters: { type: 'object', properties: {} },
    run: () => ({ time: new Date().toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'short' }) }),
  },
];

export const toolInputs: readonly ToolInput[] = all.map(({ run: _, ...input }) => input);

/** An error is a result, too: the model reads it. */
export function runTool(callId: string, name: string, input: unknown) {
  const tool = all.find((one) => one.name === name);
  try {
    if (tool === undefined) throw new Error(`This page has no tool "${name}".`);
    return { callId, content: tool.run(input) };
  } catch (error) {
    return { callId, content: String(error), isError: true };
  }
}
