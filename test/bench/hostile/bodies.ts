/** Bodies of up to 2 MB with as many values, members and texts as are accepted (and more): what reads each in one turn holds everybody up. */
import type { HostileCase } from './hostile-case.ts';
import { completionQuery, posted } from './posted.ts';

const embedding = 'query ($input: EmbeddingInput!) { embedding(input: $input) { __typename ... on Failure { code message } } }';
const quote =
  'query ($variables: JSON) { aiQuote(document: "query ($input: CompletionInput!) { completion(input: $input) { __typename } }", variables: $variables) { allowed } }';

const quotes = `query ($variables: JSON) { ${Array.from({ length: 30 }, (_, n) => `a${n}: aiQuote(document: "query Q${n} ($input: CompletionInput!) { completion(input: $input) { __typename } }", variables: $variables) { allowed }`).join(' ')} }`;
const completions = `query ($input: CompletionInput!) { ${Array.from({ length: 30 }, (_, n) => `a${n}: completion(input: $input) { __typename ... on Failure { code message } }`).join(' ')} }`;

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

interface BodyOptions {
  readonly query?: string;
  readonly refused?: RegExp;
}

const bodyOf = (name: string, variables: () => object, { query = completionQuery, refused }: BodyOptions = {}): HostileCase =>
  posted({ name: `bodies: ${name}`, query, variables, refused: refused ?? null });

/** As many members as one object may have; two of them are nearly as many as a request may. */
const largest = 9_900;
const twoObjects = (member?: (index: number) => unknown): object => ({ a: [0, 1].map(() => keys(largest, member)) });
const fiveObjects = (): object => ({ a: [0, 1, 2, 3, 4].map(() => keys(largest)) });
const rows = (count: number): object[] =>
  many(count, (index) => ({ id: index, name: `name ${index}`, price: index / 100, sold: index % 2 === 0 }));

export const bodyCases: readonly HostileCase[] = [
  bodyOf('60,000 parts of a message, which are too many', () => parts(60_000), { refused: /at most 50000/ }),
  bodyOf('24,000 parts of a message, which are too many', () => parts(24_000), {
    refused: /more than 10000 values that the schema declares/,
  }),
  bodyOf('4,900 parts of a message', () => parts(4_900)),
  bodyOf('90,000 keys, which are too many', () => inConversation([call(0)], [result(0, keys(90_000))]), {
    refused: /more than 25000 different names/,
  }),
  bodyOf('49,000 keys of one object, which are too many', () => inConversation([call(0)], [result(0, keys(49_000))]), {
    refused: /more than 25000 different names/,
  }),
  bodyOf('80,000 fields that the input does not have, which are too many', () => ({ input: { prompt, ...keys(80_000) } }), {
    refused: /more than 25000 different names/,
  }),
  bodyOf('1,950 messages', () => ({
    input: { prompt: { messages: many(1_950, () => ({ role: 'USER', content: [{ text: 'Hi you.' }] })) } },
  })),
  bodyOf('1,950 messages of 900 characters', () => ({
    input: {
      prompt: {
        messages: many(1_950, (index) => ({
          role: 'USER',
          content: [{ text: `${index}, four words and more. `.repeat(36).slice(0, 900) }],
        })),
      },
    },
  })),
  bodyOf('480,000 strings to stop at, which are too many', () => ({ input: { prompt, stop: many(480_000, () => 'a') } }), {
    refused: /at most 50000/,
  }),
  bodyOf('9,900 strings to stop at, which are too many', () => ({ input: { prompt, stop: many(9_900, (index) => `stop ${index}`) } }), {
    refused: /at most 16 texts/,
  }),
  bodyOf('9,900 texts to embed, which are too many', () => ({ input: { texts: many(9_900, (index) => `text ${index}`) } }), {
    query: embedding,
    refused: /At most 512 are embedded/,
  }),
  bodyOf('512 texts of 3.5 KB to embed', () => ({ input: { texts: many(512, (index) => `text ${index}, `.repeat(320)) } }), {
    query: embedding,
  }),
  bodyOf('49,000 keys in the result of a tool, which are too many', () => inConversation([call(0)], [result(0, fiveObjects())]), {
    refused: /more than 25000 different names/,
  }),
  bodyOf('19,800 keys in the result of a tool', () => inConversation([call(0)], [result(0, twoObjects())])),
  bodyOf('9,700 rows in the result of a tool', () => inConversation([call(0)], [result(0, rows(9_700))])),
  bodyOf('19,800 keys of 8 characters in the arguments of a tool call', () =>
    inConversation([{ ...call(0), arguments: twoObjects((index) => `v${index}`) }], [result(0)]),
  ),
  bodyOf('49,000 numbers in the arguments of a tool call', () =>
    inConversation([{ ...call(0), arguments: { a: many(49_000, (index) => index) } }], [result(0)]),
  ),
  bodyOf('900 tool calls with their results', () =>
    inConversation(
      many(900, call),
      many(900, (index) => result(index, rows(9))),
    ),
  ),
  bodyOf('9,900 fields that the input does not have', () => ({ input: { prompt, ...keys(largest) } }), {
    refused: /Field "k0" is not defined by type "CompletionInput"/,
  }),
  bodyOf(
    '9,900 fields that a part does not have',
    () => ({
      input: { prompt: { messages: [{ role: 'USER', content: [{ text: 'Hi.', ...keys(largest) }] }] } },
    }),
    { refused: /Field "k0" is not defined by type "ContentPartInput"/ },
  ),
  bodyOf('9,900 variables that are not declared', () => ({ input: { prompt }, ...keys(largest) })),
  bodyOf('9,900 tags, which are too many', () => ({ input: { prompt, tags: keys(largest, () => 'x') } }), {
    refused: /At most 16 are kept/,
  }),
  bodyOf('9,900 provider options that nobody allows', () => ({ input: { prompt, providerOptions: keys(largest) } }), {
    refused: /and 9,890 more are not allowed/,
  }),
  bodyOf(
    '9,900 variables of a template that is not there',
    () => ({ input: { prompt: { template: { id: 't', variables: keys(largest) } } } }),
    { refused: /There is no template "t"/ },
  ),
  bodyOf(
    'a schema of 4,000 properties',
    () => ({
      input: { prompt, output: { format: 'JSON', schema: { type: 'object', properties: keys(4_000, () => true) } } },
    }),
    { refused: /does not match the requested JSON/ },
  ),
  bodyOf(
    'a schema of 9,900 properties, which are too many',
    () => ({
      input: { prompt, output: { format: 'JSON', schema: { type: 'object', properties: keys(largest, () => true) } } },
    }),
    { refused: /larger than 65536 bytes/ },
  ),
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
  bodyOf('a quote of 19,800 keys in the result of a tool', () => ({ variables: inConversation([call(0)], [result(0, twoObjects())]) }), {
    query: quote,
  }),
  bodyOf('a quote of 4,900 parts of a message', () => ({ variables: parts(4_900) }), { query: quote }),
  bodyOf(
    'thirty quotes of 49,000 values in the result of a tool, which are too many',
    () => ({ variables: inConversation([call(0)], [result(0, rows(9_700))]) }),
    { query: quotes, refused: /The variables of all quotes have more than/ },
  ),
  bodyOf('thirty completions of 49,000 values in the result of a tool', () => inConversation([call(0)], [result(0, rows(9_700))]), {
    query: completions,
  }),
  bodyOf('a text of 1.9 MB', () => ({ input: { prompt: { text: 'Four words and more. '.repeat(90_000) } } })),
  bodyOf('a text of 1.9 MB in arguments of a tool call', () =>
    inConversation([{ ...call(0), arguments: { text: 'Four words and more. '.repeat(90_000) } }], [result(0)]),
  ),
];
