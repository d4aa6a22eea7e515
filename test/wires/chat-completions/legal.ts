/** What Chat Completions can say without loss. */
import fc from 'fast-check';
import type { ContentPart } from '../../../src/core/request/request.ts';
import { chatCompletions } from '../../../src/wires/chat-completions/chat-completions.ts';
import { type ChatSettings, plainChat } from '../../../src/wires/chat-completions/chat-settings.ts';
import type { WireCase } from '../../contracts/wire.ts';
import {
  answers,
  argumentsText,
  fileOf,
  histories,
  image,
  jsonObject,
  name,
  requests,
  type Saying,
  text,
  textPart,
  usage,
} from '../../contracts/wire-values.ts';

/** The form in which a signature of Gemini's is kept, whichever wire it goes back on. */
const signed = name.map((thoughtSignature) => JSON.stringify({ compatible: { thoughtSignature }, google: { thoughtSignature } }));
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined });

const history = histories({
  user: fc.oneof(textPart, image, fileOf('application/pdf', name), fileOf('audio/wav', fc.constant(null))),
  said: fc
    .tuple(fc.option(text), fc.option(text))
    .map(([reasoning, said]): readonly ContentPart[] => [
      ...(reasoning === null ? [] : [{ type: 'reasoning', text: reasoning } as const]),
      ...(said === null ? [] : [{ type: 'text', text: said } as const]),
    ]),
  callArguments: fc.oneof(
    jsonObject,
    jsonObject.map((one) => JSON.stringify(one).slice(0, -1)),
  ),
  callOpaque: maybe(signed),
  result: fc.record({ content: text, isError: fc.constant(false) }),
});

export const legalChat: WireCase<ChatSettings> = {
  wire: chatCompletions,
  settings: plainChat,
  model: 'qwen3',
  requests: requests(history, {
    providerOptions: fc.constantFrom<Record<string, unknown>>(
      {},
      { reasoningEffort: 'low', textVerbosity: 'high' },
      { frequencyPenalty: 1, top_k: 40, logitBias: { 50256: -100 }, parallelToolCalls: false },
    ),
  }),
  answers: answers({
    said: fc
      .tuple(fc.option(text), fc.option(text))
      .map(([reasoning, said]): readonly Saying[] => [
        ...(reasoning === null ? [] : [{ type: 'reasoning', text: reasoning } as const]),
        ...(said === null ? [] : [{ type: 'text', text: said } as const]),
      ]),
    callArguments: argumentsText,
    callOpaque: maybe(name.map((thoughtSignature) => JSON.stringify({ compatible: { thoughtSignature } }))),
    usage,
  }),
};
