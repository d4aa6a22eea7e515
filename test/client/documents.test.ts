/** Operations of an app's own: streams that resume, and queries. */
import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createClient, type EventOf, type TypedDocument } from '../../src/client/sdk.ts';
import { seqsOf, until } from '../gateway/streams.ts';
import { newGate } from '../raw-upstream.ts';
import { asking, prompt, says, transports } from './asking.ts';

/** As codegen's client preset makes it. */
interface ChatData {
  readonly completionStream:
    | { readonly __typename: 'TextDelta'; readonly seq: number; readonly cursor: string; readonly text: string }
    | {
        readonly __typename: 'CompletionFinished';
        readonly seq: number;
        readonly cursor: string;
        readonly completion: { readonly text: string };
      };
}
class TypedText<Data, Variables> extends String implements TypedDocument<Data, Variables> {
  declare readonly __apiType?: (variables: Variables) => Data;
}
const chat = new TypedText<ChatData, { readonly input: object }>(`subscription Chat($input: CompletionInput!, $after: Cursor) {
  completionStream(input: $input, after: $after) {
    __typename seq cursor
    ... on TextDelta { text }
    ... on CompletionFinished { completion { text } }
    ... on CompletionFailed { failure { code message } }
  }
}`);

/** What the compiler knows of an event: its own fields, and a default branch for kinds that are younger than the app. */
function textIn(event: EventOf<ChatData>): string {
  switch (event.__typename) {
    case 'TextDelta':
      return event.text;
    case 'CompletionFinished':
      return `${event.completion.text}!`;
    default: {
      const other: '%other' = event.__typename;
      return other.slice(0, 0);
    }
  }
}

describe('a stream of a document', () => {
  it.each(transports)(
    'a stream of a document over %s has its own union, and each event once across a drop, by its $after',
    async (transport) => {
      const parts = await asking({ transport });
      const gate = newGate();
      says(parts, 'Half ', gate, 'and half.');
      const texts: string[] = [];
      const events: EventOf<ChatData>[] = [];
      for await (const event of parts.gate.stream(chat, { input: prompt('Count.') })) {
        events.push(event);
        texts.push(textIn(event));
        if (texts.join('') === 'Half ') {
          parts.proxy.cut();
          gate.open();
        }
      }
      expect(texts.join('')).toBe('Half and half.Half and half.!');
      expect(seqsOf(events)).toEqual([1, 2, 3, 4]);
      expect(parts.upstream.requests).toHaveLength(1);
    },
  );

  it('a stream of a document that hands on no cursor begins again after a drop, by the idempotency key that the client gave it', async () => {
    const parts = await asking();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const document =
      'subscription Chat($input: CompletionInput!) { completionStream(input: $input) { __typename seq ... on TextDelta { text } } }';
    const texts: string[] = [];
    for await (const event of parts.gate.stream(document, { input: prompt('Count.') })) {
      const { text } = event as { readonly text?: string };
      texts.push(text ?? '');
      if (text !== 'Half ') continue;
      parts.proxy.cut();
      gate.open();
    }
    expect(texts.join('')).toBe('Half and half.');
    expect(parts.upstream.requests).toHaveLength(1);
  });

  it('a stream of a document ends with its loop, and with its signal', async () => {
    const parts = await asking();
    says(parts, 'Half ', newGate(), 'and half.');
    for await (const event of parts.gate.stream(chat, { input: prompt('Count.') })) if (event.__typename === 'TextDelta') break;
    await until(() => parts.proxy.open() === 0);
    const leaving = new AbortController();
    const seen: string[] = [];
    for await (const event of parts.gate.stream(chat, { input: prompt('Count again.') }, { signal: leaving.signal })) {
      seen.push(event.__typename);
      if (event.__typename === 'TextDelta') setTimeout(() => leaving.abort());
    }
    expect(seen).toEqual(['CompletionStarted', 'TextDelta']);
    await until(() => parts.proxy.open() === 0);
  });

  it('a stream of a document that is something else than a completion ends where the gateway ends it', async () => {
    const { gate, gateway } = await asking();
    const { data } = await gateway.ask(
      'mutation { ingest(input: { collection: "documents", sources: [{ id: "a", text: "The kettle boils." }] }) { id } }',
    );
    const states: unknown[] = [];
    const document = 'subscription ($id: ID!) { ingestion(id: $id) { status } }';
    for await (const state of gate.stream(document, { id: data.ingest.id })) states.push(state);
    expect(states.at(-1)).toEqual({ status: 'COMPLETED' });
  });

  it('a stream of a document that the gateway refuses is thrown, with code and sentence', async () => {
    const { gate } = await asking();
    const stream = gate.stream(
      'subscription { completionEvents(id: "none") { __typename seq cursor ... on CompletionFailed { failure { code message } } } }',
    );
    const events = await Array.fromAsync(stream);
    expect(events).toMatchObject([{ __typename: 'CompletionFailed', failure: { code: 'RESUME_EXPIRED' } }]);
    await expect(Array.fromAsync(gate.stream('subscription { nothing }'))).rejects.toMatchObject({ name: 'RequestError' });
  });
});

describe('a query of a document', () => {
  it('a query of a document gives data, the errors of single fields, and what it cost', async () => {
    const { gate } = await asking();
    const { data, errors, extensions } = await gate.query<{ readonly aiRoutes: readonly { readonly name: string }[] }, object>(
      '{ aiRoutes { name } }',
    );
    expect(data.aiRoutes.map(({ name }) => name)).toContain('default');
    expect([errors, extensions]).toEqual([[], expect.anything()]);
  });

  it('a query of a document without data rejects with what the gateway says', async () => {
    const { gate } = await asking();
    await expect(gate.query('{ nothing }')).rejects.toMatchObject({
      name: 'RequestError',
      code: 'BAD_REQUEST',
      errors: [{ message: expect.any(String) }],
    });
  });

  it('a query of a document takes text, a document of gql with its source, and a syntax tree with a printer', async () => {
    const { gate, gateway, proxy } = await asking();
    const withSource = parse('{ aiRoutes { name } }');
    const bare = parse('{ aiRoutes { name } }', { noLocation: true });
    const printing = createClient({ url: proxy.url, token: gateway.developmentKey, print });
    const asked = [
      gate.query(withSource as object),
      printing.query(bare as object),
      gate.query(new String('{ aiRoutes { name } }') as object),
    ];
    for (const { data } of await Promise.all(asked)) expect(data).toEqual({ aiRoutes: expect.any(Array) });
    await expect(gate.query(bare as object)).rejects.toThrow('createClient({ print })');
  });

  it('a query of a document is counted under the name of the app', async () => {
    const { gate, gateway } = await asking({ clientName: 'shop-web', clientVersion: '1.2.3' });
    await gate.complete(prompt('Count.')).done;
    await gateway.storage.ledger.flush();
    const now = Date.now();
    const input = {
      from: new Date(now - 3_600_000).toISOString(),
      to: new Date(now + 3_600_000).toISOString(),
      groupBy: ['CLIENT', 'OPERATION'],
    };
    const { data } = await gate.query<{ readonly aiUsage: { readonly rows: readonly unknown[] } }, object>(
      'query ($input: AiUsageInput!) { aiUsage(input: $input) { rows { key } } }',
      { input },
    );
    expect(data.aiUsage.rows).toEqual([{ key: { client: 'shop-web', operation: 'Completion' } }]);
  });
});
