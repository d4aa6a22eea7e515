/**
 * The embedded provider: no network and no language model. Its completions are extractive (sentences and spans of the given
 * text), and its vectors are lexical. It is deterministic and costs nothing. Its warnings say what it did not do; asked for
 * what it cannot do, it says what it is.
 */
import { setImmediate } from 'node:timers/promises';
import type { Chunk, FinishReason } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { flatPrice, noUsage } from '../../core/money.ts';
import type { CompletionRequest, EmbeddingRequest, Tool } from '../../core/request/request.ts';
import { estimateInputTokens, estimateTokens } from '../../core/request/tokens.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import type { Capability, Provider, SendOptions } from '../provider.ts';
import { textFor } from './completion-text.ts';
import { extracted } from './extraction.ts';
import { taskOf } from './task.ts';
import { checkedDimensions, lexicalVector } from './text-vectors.ts';

export const embeddedName = 'embedded';
export const embeddedExtractive = 'embedded-extractive';
export const embeddedLexical = 'embedded-lexical';
/** Its deployments cost nothing, which is a price: they may be used under a budget. */
export const embeddedPrice = flatPrice({ input: 0, output: 0 });
/** Tokens of input and output together. What it reads costs memory and milliseconds, so there is an end to it. */
export const embeddedContextWindow = 65_536;

/** What a deployment of each of its models can do. */
export const embeddedCapabilities: Readonly<Record<typeof embeddedExtractive | typeof embeddedLexical, readonly Capability[]>> = {
  [embeddedExtractive]: ['completion', 'json', 'extractive'],
  [embeddedLexical]: ['embedding'],
};

export function embeddedProvider(name = embeddedName): Provider {
  return {
    name,
    send: (request, options) => (request.kind === 'embedding' ? embed(request, options) : complete(request, options)),
    outputCeiling: (_request, _model, asked) => asked,
  };
}

function checkModel(model: string, expected: string, purpose: string): void {
  if (model === expected) return;
  throw new GatewayError('BAD_REQUEST', `The embedded provider has no model "${model}" for ${purpose}. It has "${expected}".`, {
    phase: 'before-content',
    retryable: false,
  });
}

async function* embed(request: EmbeddingRequest, { model, signal, report }: SendOptions): AsyncGenerator<Chunk> {
  checkModel(model, embeddedLexical, 'embeddings');
  const dimensions = checkedDimensions(request.dimensions);
  throwIfAborted(signal);
  report({ ...noUsage, freshInputTokens: estimateInputTokens(request) });
  for (const [index, text] of request.texts.entries()) {
    await setImmediate();
    throwIfAborted(signal);
    yield { type: 'embedding', index, vector: lexicalVector(text, dimensions) };
  }
  yield { type: 'finish', reason: 'stop' };
}

async function* complete(request: CompletionRequest, { model, signal, report }: SendOptions): AsyncGenerator<Chunk> {
  checkModel(model, embeddedExtractive, 'completions');
  await setImmediate();
  throwIfAborted(signal);
  let said = '';
  try {
    for (const message of ignored(request)) yield { type: 'warning', message };
    const call = toolCall(request);
    if (call !== null) {
      said = call.argumentsText;
      yield* [{ ...call, done: false }, call];
      yield { type: 'finish', reason: 'tool-calls' };
      return;
    }
    if (mustCall(request))
      yield {
        type: 'warning',
        message: 'The embedded provider found no arguments in the text for the tool that was required, and called none.',
      };
    const { text, warnings } = written(request);
    for (const message of warnings) yield { type: 'warning', message };
    const { shown, reason } = bounded(text, request);
    for (const piece of shown.match(/\s*\S+\s*/g) ?? []) {
      await setImmediate();
      throwIfAborted(signal);
      said += piece;
      yield { type: 'text', text: piece };
    }
    yield { type: 'finish', reason };
  } finally {
    report({ ...noUsage, freshInputTokens: estimateInputTokens(request), outputTokens: said === '' ? 0 : estimateTokens(said) });
  }
}

function written(request: CompletionRequest): { readonly text: string; readonly warnings: readonly string[] } {
  if (request.output.format === 'text') return textFor(request);
  return { text: JSON.stringify(extracted(request.output.schema, taskOf(request.messages))), warnings: [] };
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

/** Everything that was asked for and has no effect here: nothing is dropped silently. */
function ignored(request: CompletionRequest): string[] {
  const parts = request.messages.flatMap(({ content }) => content);
  const settings = [
    ...(request.temperature === null ? [] : ['temperature']),
    ...(request.topP === null ? [] : ['topP']),
    ...(request.seed === null ? [] : ['seed']),
    ...Object.keys(request.providerOptions),
  ];
  return [
    ...(parts.some(({ type }) => type === 'image') ? ['The embedded provider does not look at images.'] : []),
    ...(parts.some(({ type }) => type === 'file') ? ['The embedded provider does not read files. Send their text instead.'] : []),
    ...(settings.length === 0
      ? []
      : [`The embedded provider has no use for ${settings.join(', ')}: it always chooses the same sentences.`]),
    ...(request.tools.length > 0 && request.toolChoice.type === 'auto'
      ? ['The embedded provider calls a tool only when one is required.']
      : []),
  ];
}

const mustCall = ({ toolChoice, tools }: CompletionRequest): boolean =>
  toolChoice.type === 'tool' || (toolChoice.type === 'required' && tools.length > 0);

function toolCall(request: CompletionRequest): Extract<Chunk, { type: 'tool-call' }> | null {
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
  const found = extracted({ type: 'object', ...tool.parameters }, task);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return null;
  const entries = Object.entries(found).filter(([, value]) => value !== null);
  const required = Array.isArray(tool.parameters['required']) ? tool.parameters['required'] : [];
  return required.every((name) => entries.some(([key]) => key === name)) ? Object.fromEntries(entries) : null;
}
