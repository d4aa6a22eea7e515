/** The whole answer to a request for a completion, worked out at once: see `off-loop.ts` for where. */
import type { FinishReason, ToolCallChunk } from '../../core/chunk.ts';
import type { CompletionRequest, Tool } from '../../core/request/request.ts';
import { estimateTokens } from '../../core/request/tokens.ts';
import { textFor } from './completion-text.ts';
import { extractValue } from './extraction.ts';
import { taskOf } from './task.ts';

export interface Reply {
  readonly call: ToolCallChunk | null;
  readonly text: string;
  readonly warnings: readonly string[];
  readonly reason: FinishReason;
}

export function replyTo(request: CompletionRequest): Reply {
  const call = toolCall(request);
  if (call !== null) return { call, text: '', warnings: [], reason: 'tool-calls' };
  const { text, warnings } = written(request);
  const { shown, reason } = bounded(text, request);
  const missing = 'The embedded provider found no arguments in the text for the tool that was required, and called none.';
  return { call, text: shown, warnings: mustCall(request) ? [missing, ...warnings] : warnings, reason };
}

function written(request: CompletionRequest): { readonly text: string; readonly warnings: readonly string[] } {
  if (request.output.format === 'text') return textFor(request);
  return { text: JSON.stringify(extractValue(request.output.schema, taskOf(request.messages))), warnings: [] };
}

/** Up to the first stop sequence, and no more tokens than allowed; text is cut between words. */
function bounded(text: string, { stop, maxOutputTokens }: CompletionRequest): { readonly shown: string; readonly reason: FinishReason } {
  const stops = stop
    .filter((each) => each !== '')
    .map((each) => text.indexOf(each))
    .filter((at) => at !== -1);
  const shown = text.slice(0, Math.min(text.length, ...stops));
  if (maxOutputTokens === null || estimateTokens(shown) <= maxOutputTokens) return { shown, reason: 'stop' };
  const ends = [...shown.matchAll(/\S+/g)].map((match) => match.index + match[0].length);
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (estimateTokens(shown.slice(0, ends[middle - 1])) <= maxOutputTokens) low = middle;
    else high = middle - 1;
  }
  return { shown: shown.slice(0, low === 0 ? 0 : ends[low - 1]), reason: 'length' };
}

const mustCall = ({ toolChoice, tools }: CompletionRequest): boolean =>
  toolChoice.type === 'tool' || (toolChoice.type === 'required' && tools.length > 0);

function toolCall(request: CompletionRequest): ToolCallChunk | null {
  if (!mustCall(request)) return null;
  const { toolChoice } = request;
  const allowed = toolChoice.type === 'tool' ? request.tools.filter(({ name }) => name === toolChoice.name) : request.tools;
  const task = taskOf(request.messages);
  for (const [index, tool] of allowed.entries()) {
    const found = argumentsFor(tool, task);
    if (found !== null)
      return { type: 'tool-call', id: `embedded-${index + 1}`, name: tool.name, argumentsText: JSON.stringify(found), done: true };
  }
  return null;
}

/** Null when something that the tool requires is not in the text. */
function argumentsFor(tool: Tool, task: ReturnType<typeof taskOf>): Record<string, unknown> | null {
  const found = extractValue({ type: 'object', ...tool.parameters }, task);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return null;
  const entries = Object.entries(found).filter(([, value]) => value !== null);
  const required = Array.isArray(tool.parameters['required']) ? tool.parameters['required'] : [];
  return required.every((name) => entries.some(([key]) => key === name)) ? Object.fromEntries(entries) : null;
}
