/** What the Messages API can say without loss. */
import fc from 'fast-check';
import type { Chunk } from '../../../src/core/chunk.ts';
import type { ContentPart, Message } from '../../../src/core/request/request.ts';
import { messages } from '../../../src/wires/messages/messages.ts';
import type { MessagesSettings } from '../../../src/wires/messages/request/structured-output.ts';
import type { WireCase } from '../../contracts/wire.ts';
import {
  answers,
  argumentsObjectText,
  fileOf,
  fraction,
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

const signed = name.map((signature) => JSON.stringify({ anthropic: { signature } }));
const redacted = name.map((redactedData) => JSON.stringify({ anthropic: { redactedData } }));
/** Blank texts are left out: Anthropic refuses them. */
const spoken = text.filter((one) => one.trim() !== '');
const thinking = fc.oneof(
  fc.tuple(fc.oneof(text, fc.constant('')), signed).map(([thought, opaque]) => ({ type: 'reasoning', text: thought, opaque }) as const),
  redacted.map((opaque) => ({ type: 'reasoning', text: '', opaque }) as const),
);
const unsigned = text.map((thought): readonly Saying[] => [{ type: 'reasoning', text: thought }]);
const isSpoken = (part: ContentPart): boolean => part.type !== 'text' || part.text.trim() !== '';

const plainFile = fc.tuple(text, fc.option(name)).map(
  ([content, title]): ContentPart => ({
    type: 'file',
    base64: Buffer.from(content).toString('base64'),
    mediaType: 'text/plain',
    name: title,
  }),
);

/** A beginning that the model is to go on with does not end in blanks. */
const said = fc
  .tuple(fc.array(thinking, { maxLength: 2 }), fc.array(spoken, { maxLength: 2 }))
  .map(([thoughts, texts]): readonly ContentPart[] => [
    ...thoughts,
    ...texts.flatMap((one): readonly ContentPart[] => (one.trimEnd() === '' ? [] : [{ type: 'text', text: one.trimEnd() }])),
  ]);

const history = histories({
  user: fc.oneof(textPart.filter(isSpoken), image, fileOf('application/pdf', fc.option(name)), plainFile),
  said,
  callArguments: jsonObject,
  callOpaque: fc.constant(undefined),
  result: fc.record({ content: text, isError: fc.boolean() }),
});

/** Neighbours of one role are one message of Anthropic's, and blank ones are none. */
function withoutNeighbours(given: readonly Message[]): readonly Message[] {
  const messages: Message[] = [];
  for (const message of given) {
    if (!message.content.every(isSpoken)) continue;
    const last = messages.at(-1);
    if (last === undefined || message.role === 'system' || last.role !== message.role) messages.push(message);
    else messages[messages.length - 1] = { role: message.role, content: [...last.content, ...message.content] };
  }
  return messages;
}

const options: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { thinking: { type: 'disabled' } },
  { effort: 'low', serviceTier: 'standard_only', inferenceGeo: 'us', speed: 'fast', topK: 5 },
  { taskBudget: { type: 'tokens', total: 30_000 }, cacheControl: { type: 'ephemeral', ttl: '1h' } },
  { contextManagement: { edits: [{ type: 'clear_tool_uses_20250919', clearAtLeast: { type: 'input_tokens', value: 3 } }] } },
  { mcpServers: [{ type: 'url', name: 'n', url: 'https://x', toolConfiguration: { allowedTools: ['aB_c'] } }], container: { id: 'c_1' } },
  { fallbacks: [{ model: 'm', max_tokens: 3 }], safeguards: [{ type: 'dangerous_tool_use', classifierContext: { aB: { c_d: 1 } } }] },
];

/** A door hands out other vendors' parts wrapped, which a client of the door keeps as Anthropic's. */
export const legalMessages: WireCase<MessagesSettings> = {
  wire: messages,
  settings: { jsonTool: null },
  model: 'claude-sonnet-4-5',
  requests: requests(history.map(withoutNeighbours), {
    maxOutputTokens: fc.integer({ min: 1, max: 64_000 }),
    temperature: fc.option(fraction.map((one) => one / 2)),
    topP: fc.constant(null),
    seed: fc.constant(null),
    output: fc.oneof(
      fc.constant({ format: 'text' } as const),
      fc.uniqueArray(name, { maxLength: 3 }).map((names) => ({
        format: 'json' as const,
        schema: {
          type: 'object',
          properties: Object.fromEntries(names.map((one) => [one, { type: 'string' }])),
          required: names,
          additionalProperties: false,
        },
      })),
    ),
    providerOptions: fc.constantFrom(...options),
  }),
  answers: answers({
    said: fc
      .tuple(fc.oneof(fc.array(thinking, { maxLength: 2 }), unsigned), fc.option(text))
      .map(([thoughts, one]): readonly Saying[] => [
        ...thoughts,
        ...(one === null ? [] : [{ type: 'text', text: one } as const satisfies Chunk]),
      ]),
    callArguments: argumentsObjectText,
    callOpaque: fc.constant(undefined),
    usage,
  }),
};
