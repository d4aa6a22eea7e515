/**
 * Relay. Everything is asked over one WebSocket, because it carries `@defer` and streams alike; graphql-ws connects again after a drop, and the
 * idempotency key leads it back to the same completion. Streams come as SNAPSHOT, so that each event replaces the text before it.
 */
import { createClient } from 'graphql-ws';
import { Component, type ReactNode, Suspense, useMemo, useState } from 'react';
import { graphql, RelayEnvironmentProvider, useFragment, useLazyLoadQuery, useSubscription } from 'react-relay';
import {
  Environment,
  type GraphQLResponse,
  type GraphQLTaggedNode,
  Network,
  Observable,
  RecordSource,
  type RequestParameters,
  Store,
  type Variables,
} from 'relay-runtime';
import type { app_summary$key } from './__generated__/app_summary.graphql.ts';
import type { appAskSubscription } from './__generated__/appAskSubscription.graphql.ts';
import type { appShopQuery } from './__generated__/appShopQuery.graphql.ts';
import type { appWriteSubscription } from './__generated__/appWriteSubscription.graphql.ts';

const authorization = () => ({ authorization: `Bearer ${sessionStorage.getItem('token')}` });
const gateway = createClient({ url: '/graphql', connectionParams: authorization, keepAlive: 10_000 });

interface Deferred {
  readonly incremental?: readonly object[] | undefined;
  readonly hasNext?: boolean | undefined;
}
/** Of `@defer` Relay wants each part by itself, and to know which is the last. */
const ask = ({ text }: RequestParameters, variables: Variables): Observable<GraphQLResponse> =>
  Observable.create((sink) =>
    gateway.subscribe(
      { query: text ?? '', variables },
      {
        next(result) {
          const { incremental, hasNext = false }: Deferred = result;
          const parts = incremental?.map((part) => ({ ...part, extensions: { is_final: !hasNext } }));
          sink.next((parts ?? result) as GraphQLResponse);
        },
        error: (reason) => sink.error(reason instanceof Error ? reason : new Error('The connection was lost.')),
        complete: sink.complete,
      },
    ),
  );
const environment = new Environment({ network: Network.create(ask, ask), store: new Store(new RecordSource()) });

function Summary({ product }: { product: app_summary$key }) {
  return useFragment(graphql`fragment app_summary on Product { summary }`, product).summary;
}

function Products() {
  const { products } = useLazyLoadQuery<appShopQuery>(graphql`query appShopQuery { products { id name ...app_summary @defer } }`, {});
  return products.map((product) => (
    <p key={product.id} className="product">
      {product.name}:{' '}
      <Suspense fallback="…">
        <Summary product={product} />
      </Suspense>
    </p>
  ));
}

const WRITE = graphql`
  subscription appWriteSubscription($text: String!, $key: String!) {
    event: completionStream(input: { prompt: { text: $text }, idempotencyKey: $key }, delivery: SNAPSHOT) {
      __typename
      ... on CompletionSnapshot { completion { id text citations { quote } } }
      ... on CompletionFinished { completion { id text citations { quote } } }
      ... on CompletionFailed { completion { id text citations { quote } } failure { message } }
    }
  }
`;
const ASK = graphql`
  subscription appAskSubscription($text: String!, $key: String!) {
    event: aiAnswerStream(input: { collection: "handbook", question: $text, idempotencyKey: $key }, delivery: SNAPSHOT) {
      __typename
      ... on CompletionSnapshot { completion { id text citations { quote } } }
      ... on CompletionFinished { completion { id text citations { quote } } }
      ... on CompletionFailed { completion { id text citations { quote } } failure { message } }
    }
  }
`;

/** Mounted when it is asked for: `variables` hold the key under which it was. */
function Answer({ document, variables, className }: { document: GraphQLTaggedNode; variables: Asked; className: string }) {
  const [event, setEvent] = useState<Event | null>(null);
  const [error, setError] = useState<Error | null>(null);
  useSubscription<appWriteSubscription | appAskSubscription>(
    useMemo(
      () => ({
        subscription: document,
        variables,
        onNext: (data) => setEvent(data?.event ?? null),
        onError: setError,
      }),
      [document, variables],
    ),
  );
  const completion = event !== null && 'completion' in event ? event.completion : null;
  const failure = event !== null && 'failure' in event ? event.failure : null;
  return (
    <p className={className}>
      {error?.message ?? failure?.message ?? completion?.text} {completion?.citations.map(({ quote }) => `“${quote}”`)}
    </p>
  );
}
type Asked = appWriteSubscription['variables'];
type Event = (appWriteSubscription | appAskSubscription)['response']['event'];

/** Relay throws where a query fails: without it, the whole page would be gone. */
class Failure extends Component<{ children: ReactNode }, { message: string }> {
  override state = { message: '' };
  static getDerivedStateFromError = ({ message }: Error) => ({ message });
  override render() {
    return this.state.message === '' ? this.props.children : <p>{this.state.message}</p>;
  }
}

function Shop() {
  const [written, setWritten] = useState<Asked | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const key = () => crypto.randomUUID();
  return (
    <>
      <Failure>
        <Suspense>
          <Products />
        </Suspense>
      </Failure>
      <button type="button" onClick={() => setWritten({ text: sessionStorage.getItem('prompt') ?? '', key: key() })}>
        Write
      </button>
      <button type="button" onClick={() => setAsked({ text: 'How many days of holidays?', key: key() })}>
        Ask the handbook
      </button>
      {written && <Answer document={WRITE} variables={written} className="answer" />}
      {asked && <Answer document={ASK} variables={asked} className="cited" />}
    </>
  );
}

export const App = () => (
  <RelayEnvironmentProvider environment={environment}>
    <Shop />
  </RelayEnvironmentProvider>
);
