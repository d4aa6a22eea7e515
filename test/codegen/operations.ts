/** Five operations of an app, and the graph that they ask: fields that are masked, `@defer`, failures, the union of events, citations. */

export const graphFiles = {
  'shop.graphql': `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
    type Query { products(first: Int!): [Product!]! product(id: ID!): Product }
    type Product @key(fields: "id") { id: ID! name: String! }`,
  'ai.graphql': `enum Mood { LOVED LIKED HATED }
    type Facts { material: String tags: [String!]! }
    input Style { tone: Mood!, words: Int = 20, within: Style }
    extend type Product @key(fields: "id") {
      id: ID!
      name: String!
      "A line for the shop window."
      summary(words: Int = 40): String @completion(prompt: "Canary: praise {name} in {words} words", maxInputTokens: 1000, maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])
      mood: Mood @completion(prompt: "Canary: the mood of {name}", maxInputTokens: 1000, maxOutputTokens: 10) @requiresScopes(scopes: [["ai:use"]])
      facts: Facts @completion(prompt: "Canary: facts of {name}", maxInputTokens: 1000, maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])
      styled(style: Style!): String @completion(prompt: "Canary: style {name}", maxInputTokens: 1000, maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])
    }`,
};

export const shown = 'fragment Shown on Product { id name summary(words: 12) mood }';
export const operations = {
  Shop: 'query Shop { products(first: 2) { ...Shown } }',
  Later: 'query Later { product(id: "1") { id ... @defer(label: "facts") { facts { tags } } } }',
  Ask: 'mutation Ask($input: CompletionInput!) { complete(input: $input) { __typename ... on Completion { text usage { cost { amount } } } ... on Failure { code message retryable } } }',
  Chat: 'subscription Chat($input: CompletionInput!) { completionStream(input: $input) { __typename seq cursor ... on TextDelta { text offset } ... on CompletionFinished { completion { text } } ... on CompletionFailed { failure { code message } } } }',
  Cited:
    'query Cited($input: AiAnswerInput!) { aiAnswer(input: $input) { __typename ... on AiAnswer { text citations { marker quote passage { source { title } } } } ... on NoAnswer { message } ... on Failure { code message } } }',
};

/** As the Relay compiler wants them: named by their module, with a fragment behind `@defer`. */
export const relayApp = `import { graphql } from 'relay-runtime';
export const fragments = [graphql\`${shown.replace('Shown', 'app_shown')}\`, graphql\`fragment app_facts on Product { facts { tags } }\`];
export const operations = [
  graphql\`${operations.Shop.replace('Shop', 'appShopQuery').replace('Shown', 'app_shown')}\`,
  graphql\`query appLaterQuery { product(id: "1") { id ...app_facts @defer(label: "facts") } }\`,
  graphql\`${operations.Ask.replace('Ask', 'appAskMutation')}\`,
  graphql\`${operations.Chat.replace('Chat', 'appChatSubscription')}\`,
  graphql\`${operations.Cited.replace('Cited', 'appCitedQuery')}\`,
];
`;

/** What the app does with them, the same for each way to types; the head brings the documents and \`unmask\`. */
export const appOf = (head: string): string => `${head}
import { createClient } from 'fieldgate/client';

type IsAny<T> = 0 extends 1 & T ? true : false;
/** Compiles with a value whose type is known. */
const known = <T>(value: T, ..._: IsAny<T> extends true ? ['this is any'] : []): T => value;
const gate = createClient({ url: '/graphql' });
const input = { prompt: { text: 'Hello.' } };

export async function app(): Promise<readonly (string | null)[]> {
  const texts: (string | null)[] = [];
  const { data: shop } = await gate.query(ShopDocument);
  for (const product of shop.products) {
    const seen = known(unmask(product));
    texts.push(known(seen.name), known(seen.summary));
    const mood: string | null = known(seen.mood);
    if (seen.mood === 'LOVED') texts.push(mood);
    // @ts-expect-error No such mood is in the schema.
    if (seen.mood === 'BORED') texts.push(mood);
    // @ts-expect-error The operation does not select it.
    texts.push(seen.facts);
  }

  const { data: later } = await gate.query(LaterDocument);
  const { product } = later;
  const facts = known(product && 'facts' in product ? product.facts : undefined);
  if (facts) texts.push(...facts.tags);
  // @ts-expect-error It has not come yet.
  texts.push(product.facts.tags[0]);

  const { data: asked } = await gate.query(AskDocument, { input });
  const result = asked.complete;
  if (result?.__typename === 'Completion') {
    const amount: string | undefined = result.usage?.cost?.amount;
    texts.push(known(result.text), amount ?? '');
  } else if (result) texts.push(known(result.message), known(result.code));
  // @ts-expect-error A prompt is missing.
  await gate.query(AskDocument, { input: { route: 'default' } });

  for await (const event of gate.stream(ChatDocument, { input })) {
    switch (event.__typename) {
      case 'TextDelta':
        texts[event.offset] = known(event.text);
        break;
      case 'CompletionFailed':
        texts.push(known(event.failure.message));
        break;
      case 'CompletionFinished':
        texts.push(event.completion.text);
        break;
      default:
        // @ts-expect-error Other events have no text.
        texts.push(event.text);
    }
  }

  const { data: cited } = await gate.query(CitedDocument, { input: { collection: 'handbook', question: 'How long?' } });
  const answer = cited.aiAnswer;
  if (answer?.__typename === 'AiAnswer')
    for (const { marker, passage } of answer.citations) texts.push(known(marker), known(passage?.source.title ?? null));
  return texts;
}
`;
