/**
 * urql. Streams come as SNAPSHOT, so that an event that React never renders is no loss; graphql-ws connects again after a drop, and the
 * idempotency key leads it back to the same completion.
 */
import { createClient } from 'graphql-ws';
import { useState } from 'react';
import { Client, type ExecutionResult, fetchExchange, gql, Provider, subscriptionExchange, useQuery, useSubscription } from 'urql';

const authorization = () => ({ authorization: `Bearer ${sessionStorage.getItem('token')}` });
const streams = createClient({ url: '/graphql', connectionParams: authorization, keepAlive: 10_000 });
const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  fetchOptions: () => ({ headers: authorization() }),
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: streams.subscribe(
            { query, variables: { ...variables } },
            { ...sink, next: (result) => sink.next(result as ExecutionResult) },
          ),
        }),
      }),
    }),
  ],
});

interface Product {
  readonly id: string;
  readonly name: string;
  readonly summary?: string | null;
}
const SHOP = gql<{ readonly products: readonly Product[] }>`
  query Shop { products { id name ... @defer { summary } } }
`;

interface Event {
  readonly completion?: { readonly text: string; readonly citations: readonly { readonly quote: string }[] };
  readonly failure?: { readonly message: string };
}
const events = `{
  __typename
  ... on CompletionSnapshot { completion { id text citations { quote } } }
  ... on CompletionFinished { completion { id text citations { quote } } }
  ... on CompletionFailed { completion { id text citations { quote } } failure { message } }
}`;
const WRITE = gql<{ readonly event: Event }>(
  `subscription Write($input: CompletionInput!) { event: completionStream(input: $input, delivery: SNAPSHOT) ${events} }`,
);
const ASK = gql<{ readonly event: Event }>(
  `subscription Ask($input: AiAnswerInput!) { event: aiAnswerStream(input: $input, delivery: SNAPSHOT) ${events} }`,
);

/** Mounted when it is asked for: `input` holds the key under which it was. */
function Answer({ document, input, className }: { document: typeof WRITE; input: object; className: string }) {
  const [{ data, error }] = useSubscription({ query: document, variables: { input } });
  const { completion, failure } = data?.event ?? {};
  return (
    <p className={className}>
      {error?.message ?? failure?.message ?? completion?.text} {completion?.citations.map(({ quote }) => `“${quote}”`)}
    </p>
  );
}

function Shop() {
  const [{ data }] = useQuery({ query: SHOP });
  const [written, setWritten] = useState<object | null>(null);
  const [asked, setAsked] = useState<object | null>(null);
  const idempotencyKey = () => crypto.randomUUID();
  return (
    <>
      {data?.products.map(({ id, name, summary = '…' }) => (
        <p key={id} className="product">{`${name}: ${summary}`}</p>
      ))}
      <button
        type="button"
        onClick={() => setWritten({ prompt: { text: sessionStorage.getItem('prompt') }, idempotencyKey: idempotencyKey() })}
      >
        Write
      </button>
      <button
        type="button"
        onClick={() => setAsked({ collection: 'handbook', question: 'How many days of holidays?', idempotencyKey: idempotencyKey() })}
      >
        Ask the handbook
      </button>
      {written && <Answer document={WRITE} input={written} className="answer" />}
      {asked && <Answer document={ASK} input={asked} className="cited" />}
    </>
  );
}

export const App = () => (
  <Provider value={client}>
    <Shop />
  </Provider>
);
