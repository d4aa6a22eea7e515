/**
 * Apollo Client. Streams come as SNAPSHOT, so that each event replaces the text before it; graphql-ws connects again after a drop, and the
 * idempotency key leads it back to the same completion.
 */
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache, type TypedDocumentNode } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { ApolloProvider, useQuery, useSubscription } from '@apollo/client/react';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { useState } from 'react';
import { possibleTypes } from '../../../src/client/interface-members.ts';

const authorization = () => ({ authorization: `Bearer ${sessionStorage.getItem('token')}` });
const streams = createClient({ url: '/graphql', connectionParams: authorization, keepAlive: 10_000 });
const requests = new SetContextLink(() => ({ headers: authorization() })).concat(new HttpLink({ uri: '/graphql' }));
const client = new ApolloClient({
  link: ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, new GraphQLWsLink(streams), requests),
  // Without possibleTypes the cache drops what `... on Failure` selects.
  cache: new InMemoryCache({ possibleTypes }),
  incrementalHandler: new Defer20220824Handler(),
});

interface Product {
  readonly id: string;
  readonly name: string;
  readonly summary?: string | null;
}
const SHOP: TypedDocumentNode<{ readonly products: readonly Product[] }> = gql`
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
const WRITE: TypedDocumentNode<{ readonly event: Event }> = gql`
  subscription Write($input: CompletionInput!) { event: completionStream(input: $input, delivery: SNAPSHOT) ${events} }
`;
const ASK: TypedDocumentNode<{ readonly event: Event }> = gql`
  subscription Ask($input: AiAnswerInput!) { event: aiAnswerStream(input: $input, delivery: SNAPSHOT) ${events} }
`;

/** Mounted when it is asked for: `input` holds the key under which it was. */
function Answer({ document, input, className }: { document: typeof WRITE; input: object; className: string }) {
  const { data, error } = useSubscription(document, { variables: { input } });
  const { completion, failure } = data?.event ?? {};
  return (
    <p className={className}>
      {error?.message ?? failure?.message ?? completion?.text} {completion?.citations.map(({ quote }) => `“${quote}”`)}
    </p>
  );
}

function Shop() {
  const { data } = useQuery(SHOP);
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
  <ApolloProvider client={client}>
    <Shop />
  </ApolloProvider>
);
