/** What the Responses API can say without loss. */
import fc from 'fast-check';
import type { Chunk } from '../../../src/core/chunk.ts';
import type { ContentPart } from '../../../src/core/request/request.ts';
import { type ResponsesSettings, responses } from '../../../src/wires/responses/responses.ts';
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

const phase = (of: string): string => JSON.stringify({ openai: { phase: of }, of: 'text' });
const encrypted = fc.record({ itemId: name.map((id) => `rs_${id}`), reasoningEncryptedContent: name });

/** Reasoning goes back only where the vendor made it. Each item of it has an id of its own. */
const said = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.oneof(text, fc.constant('')), encrypted), { maxLength: 2, selector: ([, { itemId }]) => itemId }),
    fc.array(fc.tuple(text, fc.option(name)), { maxLength: 2 }),
  )
  .map(([thoughts, texts]): readonly ContentPart[] => [
    ...thoughts.map(([thought, kept]) => ({ type: 'reasoning', text: thought, opaque: JSON.stringify({ openai: kept }) }) as const),
    ...texts.flatMap(([one, of]): readonly ContentPart[] => [
      { type: 'text', text: one },
      ...(of === null ? [] : [{ type: 'reasoning', text: '', opaque: phase(of) } as const]),
    ]),
  ]);

const history = histories({
  user: fc.oneof(textPart, image, fileOf('application/pdf', name)),
  said,
  callArguments: fc.oneof(
    jsonObject,
    jsonObject.map((one) => JSON.stringify(one).slice(0, -1)),
  ),
  callOpaque: fc.constant(undefined),
  result: fc.record({ content: text, isError: fc.constant(false) }),
});

/** A door hands out every vendor's part as the encrypted text of an item, and each item with an id. */
function withoutItemIds(chunk: Chunk): Chunk | null {
  if (!('opaque' in chunk) || chunk.opaque === undefined) return chunk;
  const { opaque, ...rest } = chunk;
  const { openai } = JSON.parse(opaque) as { readonly openai?: Readonly<Record<string, string>> };
  if (openai?.['itemId'] === undefined) return chunk;
  const inside = openai['reasoningEncryptedContent'];
  if (inside !== undefined) return { ...rest, opaque: inside };
  return rest.type === 'reasoning' && rest.text === '' ? null : rest;
}

export const legalResponses: WireCase<ResponsesSettings> = {
  wire: responses,
  settings: {},
  model: 'gpt-4.1-mini',
  requests: requests(history, {
    seed: fc.constant(null),
    stop: fc.constant([]),
    providerOptions: fc.constantFrom<Record<string, unknown>>({}, { textVerbosity: 'low', truncation: 'auto', parallelToolCalls: false }),
  }),
  answers: answers({
    said: fc
      .tuple(fc.option(text), fc.option(name), fc.option(text), fc.option(name))
      .map(([reasoning, kept, one, of]): readonly Saying[] => [
        ...(reasoning === null
          ? []
          : [
              {
                type: 'reasoning',
                text: reasoning,
                ...(kept === null ? {} : { opaque: `{"anthropic":{"signature":"${kept}"}}` }),
              } as const,
            ]),
        ...(one === null ? [] : [{ type: 'text', text: one } as const]),
        ...(one === null || of === null ? [] : [{ type: 'reasoning', text: '', opaque: phase(of) } as const]),
      ]),
    callArguments: argumentsText,
    callOpaque: fc.constant(undefined),
    usage,
  }),
  withoutOwnIds: withoutItemIds,
};
