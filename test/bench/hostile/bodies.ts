/** Bodies of up to 2 MB with as many values as are accepted (and more): what reads each in one turn holds everybody up. */
import type { HostileCase } from './hostile-case.ts';
import { completionQuery, posted } from './posted.ts';

const embedding = 'query ($input: EmbeddingInput!) { embedding(input: $input) { __typename ... on Failure { code message } } }';
const quote =
  'query ($variables: JSON) { aiQuote(document: "query ($input: CompletionInput!) { completion(input: $input) { __typename } }", variables: $variables) { allowed } }';

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const keys = (count: number, member: (index: number) => unknown = (index) => index): object =>
  Object.fromEntries(many(count, (index) => [`k${(index * 7_919) % count}`, member(index)]));
const prompt = { text: 'Hi.' };

const inConversation = (toolCalls: readonly object[], toolResults: readonly object[]): object => ({
  input: {
    prompt: {
      messages: [
        { role: 'USER', content: [{ text: 'Hi.' }] },
        { role: 'ASSISTANT', content: toolCalls.map((toolCall) => ({ toolCall })) },
        { role: 'TOOL', content: toolResults.map((toolResult) => ({ toolResult })) },
      ],
    },
  },
});
const call = (index: number) => ({ id: `c${index}`, name: 't', arguments: {} });
const result = (index: number, content: unknown = 'ok') => ({ callId: `c${index}`, content });
const parts = (count: number) => ({ input: { prompt: { messages: [{ role: 'USER', content: many(count, () => ({ text: 'Hi.' })) }] } } });

const bodyOf = (name: string, variables: () => object, query = completionQuery): HostileCase =>
  posted({ name: `bodies: ${name}`, query, variables });

export const bodyCases: readonly HostileCase[] = [
  bodyOf('60,000 parts of a message, which are too many', () => parts(60_000)),
  bodyOf('24,000 parts of a message', () => parts(24_000)),
  bodyOf('9,900 messages', () => ({
    input: { prompt: { messages: many(9_900, () => ({ role: 'USER', content: [{ text: 'Hi you.' }] })) } },
  })),
  bodyOf('480,000 strings to stop at, which are too many', () => ({ input: { prompt, stop: many(480_000, () => 'a') } })),
  bodyOf('49,000 strings to stop at', () => ({ input: { prompt, stop: many(49_000, (index) => `stop ${index}`) } })),
  bodyOf('49,000 texts to embed', () => ({ input: { texts: many(49_000, (index) => `text ${index}`) } }), embedding),
  bodyOf('49,000 keys in the result of a tool', () => inConversation([call(0)], [result(0, keys(49_000))])),
  bodyOf('49,000 keys of 8 characters in the arguments of a tool call', () =>
    inConversation([{ ...call(0), arguments: keys(49_000, (index) => `v${index}`) }], [result(0)]),
  ),
  bodyOf('5,500 tool calls with their results', () =>
    inConversation(
      many(5_500, call),
      many(5_500, (index) => result(index)),
    ),
  ),
  bodyOf('49,000 fields that the input does not have', () => ({ input: { prompt, ...keys(49_000) } })),
  bodyOf('49,000 fields that a part does not have', () => ({
    input: { prompt: { messages: [{ role: 'USER', content: [{ text: 'Hi.', ...keys(49_000) }] }] } },
  })),
  bodyOf('49,000 variables that are not declared', () => ({ input: { prompt }, ...keys(49_000) })),
  bodyOf('49,000 tags', () => ({ input: { prompt, tags: keys(49_000, () => 'x') } })),
  bodyOf('49,000 provider options', () => ({ input: { prompt, providerOptions: keys(49_000) } })),
  bodyOf('49,000 variables of a template', () => ({ input: { prompt: { template: { id: 't', variables: keys(49_000) } } } })),
  bodyOf('a schema of 49,000 properties', () => ({
    input: { prompt, output: { format: 'JSON', schema: { type: 'object', properties: keys(49_000, () => true) } } },
  })),
  bodyOf('49,000 lists in lists of one', () =>
    inConversation(
      [call(0)],
      [
        result(
          0,
          many(49_000, () => []),
        ),
      ],
    ),
  ),
  bodyOf(
    'a quote of 49,000 keys in the result of a tool',
    () => ({ variables: inConversation([call(0)], [result(0, keys(49_000))]) }),
    quote,
  ),
  bodyOf('a quote of 15,000 parts of a message', () => ({ variables: parts(15_000) }), quote),
  bodyOf('a text of 1.9 MB', () => ({ input: { prompt: { text: 'Four words and more. '.repeat(90_000) } } })),
];
