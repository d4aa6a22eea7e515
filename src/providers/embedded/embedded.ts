/**
 * The embedded provider: no network and no language model. Its completions are extractive (sentences and spans of the given
 * text), and its vectors are lexical. It is deterministic and costs nothing. Its warnings say what it did not do; asked for
 * what it cannot do, it says what it is.
 */
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import type { Chunk } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { flatPrice, noUsage } from '../../core/money.ts';
import type { CompletionRequest, EmbeddingRequest } from '../../core/request/request.ts';
import { estimateInputTokens, estimateTokens } from '../../core/request/tokens.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { checkProvider } from '../checked-provider.ts';
import type { Capability, Provider, SendOptions } from '../provider.ts';
import { checkDimensions } from './text-vectors.ts';
import { replyFor, vectorOf } from './thread/off-loop.ts';

export const embeddedName = 'embedded';
/**
 * Name of the embedded provider's model for completions.
 *
 * @example
 * ```ts
 * import { defineConfig, embeddedCapabilities, embeddedExtractive, embeddedPrice, embeddedProvider } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: { embedded: embeddedProvider() },
 *   deployments: {
 *     extractive: {
 *       provider: 'embedded',
 *       model: embeddedExtractive,
 *       capabilities: embeddedCapabilities[embeddedExtractive],
 *       price: embeddedPrice,
 *     },
 *   },
 *   routes: { default: { deployments: ['extractive'] } },
 * });
 * ```
 */
export const embeddedExtractive = 'embedded-extractive';
/**
 * Name of the embedded provider's model for vectors.
 *
 * @example
 * ```ts
 * import { type DeploymentConfig, embeddedCapabilities, embeddedLexical, embeddedPrice } from 'fieldgate';
 *
 * export const lexical: DeploymentConfig = {
 *   provider: 'embedded',
 *   model: embeddedLexical,
 *   capabilities: embeddedCapabilities[embeddedLexical],
 *   price: embeddedPrice,
 * };
 * ```
 */
export const embeddedLexical = 'embedded-lexical';
/**
 * Its deployments cost nothing, which is a price: they may be used under a budget.
 *
 * @example
 * ```ts
 * import { type DeploymentConfig, embeddedExtractive, embeddedPrice } from 'fieldgate';
 *
 * export const free: DeploymentConfig = { provider: 'embedded', model: embeddedExtractive, price: embeddedPrice };
 * ```
 */
export const embeddedPrice = flatPrice({ input: 0, output: 0 });
/**
 * Tokens of input and output together. What it reads costs memory and milliseconds, so there is an end to it.
 *
 * @example
 * ```ts
 * import { type DeploymentConfig, embeddedContextWindow, embeddedExtractive } from 'fieldgate';
 *
 * export const deployment: DeploymentConfig = {
 *   provider: 'embedded',
 *   model: embeddedExtractive,
 *   contextWindow: embeddedContextWindow,
 * };
 * ```
 */
export const embeddedContextWindow = 65_536;

/**
 * What a deployment of each of its models can do.
 *
 * @example
 * ```ts
 * import { type Capability, embeddedCapabilities, embeddedExtractive } from 'fieldgate';
 *
 * export const capabilities: readonly Capability[] = embeddedCapabilities[embeddedExtractive];
 * ```
 */
export const embeddedCapabilities: Readonly<Record<typeof embeddedExtractive | typeof embeddedLexical, readonly Capability[]>> = {
  [embeddedExtractive]: ['completion', 'json', 'extractive'],
  [embeddedLexical]: ['embedding'],
};

export interface EmbeddedOptions {
  /**
   * How many words it says a second to a reader who watches the answer grow, as a language model would. An answer that nobody watches comes
   * at once. Default: all answers come at once.
   */
  readonly wordsPerSecond?: number;
}

/**
 * The provider that runs inside the gateway: no network, no key, no language model.
 *
 * @example
 * ```ts
 * import { type CompletionRequest, embeddedExtractive, embeddedProvider } from 'fieldgate';
 *
 * export async function extract(request: CompletionRequest): Promise<string> {
 *   const signal = AbortSignal.timeout(1_000);
 *   const options = { model: embeddedExtractive, signal, report() {}, firstChunkMs: 1_000, idleMs: 1_000 };
 *   let text = '';
 *   for await (const said of embeddedProvider().send(request, options)) {
 *     for (const chunk of [said].flat()) if (chunk.type === 'text') text += chunk.text;
 *   }
 *   return text;
 * }
 * ```
 */
export function embeddedProvider(name = embeddedName, options: EmbeddedOptions = {}): Provider {
  return checkProvider(embeddedName, { name }, () => {
    const pauseMs = pauseOf(options);
    return {
      name,
      models: [embeddedExtractive, embeddedLexical],
      send: (request, options) => (request.kind === 'embedding' ? embed(request, options) : complete(request, options, pauseMs)),
      outputCeiling: (_request, _model, asked) => asked,
    };
  });
}

/** At fewer, a long answer takes longer than a route waits for it (`totalMs`). */
const minWordsPerSecond = 5;
const maxWordsPerSecond = 1_000;

/** Milliseconds before each word. */
function pauseOf({ wordsPerSecond }: EmbeddedOptions): number {
  if (wordsPerSecond === undefined) return 0;
  if (wordsPerSecond >= minWordsPerSecond && wordsPerSecond <= maxWordsPerSecond) return 1_000 / wordsPerSecond;
  const given = String(wordsPerSecond);
  throw new GatewayError(
    'BAD_REQUEST',
    `Its wordsPerSecond is ${given}. It must be a number from ${minWordsPerSecond} to ${maxWordsPerSecond}.`,
  );
}

function checkModel(model: string, expected: string, purpose: string): void {
  if (model === expected) return;
  throw new GatewayError('BAD_REQUEST', `The embedded provider has no model "${model}" for ${purpose}. It has "${expected}".`, {
    phase: 'before-content',
    retryable: false,
  });
}

async function* embed(request: EmbeddingRequest, { model, report, ...asking }: SendOptions): AsyncGenerator<Chunk> {
  checkModel(model, embeddedLexical, 'embeddings');
  const { signal } = asking;
  const dimensions = checkDimensions(request.dimensions);
  throwIfAborted(signal);
  report({ ...noUsage, freshInputTokens: estimateInputTokens(request) });
  for (const [index, text] of request.texts.entries()) {
    await setImmediate();
    throwIfAborted(signal);
    yield { type: 'embedding', index, vector: await vectorOf(text, dimensions, asking) };
  }
  yield { type: 'finish', reason: 'stop' };
}

async function* complete(
  request: CompletionRequest,
  { model, report, live = false, ...asking }: SendOptions,
  pauseMs: number,
): AsyncGenerator<Chunk> {
  const { signal } = asking;
  checkModel(model, embeddedExtractive, 'completions');
  await setImmediate();
  throwIfAborted(signal);
  let said = '';
  try {
    for (const message of ignored(request)) yield { type: 'warning', message };
    const { call, text, warnings, reason } = await replyFor(request, asking);
    for (const message of warnings) yield { type: 'warning', message };
    if (call !== null) {
      said = call.argumentsText;
      yield* [{ ...call, done: false }, call];
    }
    const paced = live && pauseMs > 0;
    for (const piece of text.match(/\s*\S+\s*/g) ?? []) {
      // An abort ends the pause early, and is thrown by the line below it.
      await (paced ? wait(pauseMs, undefined, { signal }).catch(() => {}) : setImmediate());
      throwIfAborted(signal);
      said += piece;
      yield { type: 'text', text: piece };
    }
    yield { type: 'finish', reason };
  } finally {
    report({ ...noUsage, freshInputTokens: estimateInputTokens(request), outputTokens: said === '' ? 0 : estimateTokens(said) });
  }
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
