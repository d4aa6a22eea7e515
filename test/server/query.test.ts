import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { serve, testSchema } from './fixture.ts';
import { post } from './http-client.ts';

describe('a query over HTTP', () => {
  it('a query over HTTP is answered in the type that the client prefers', async () => {
    const { url } = await serve();
    const plain = await post(url, { query: '{hello later}' }, { accept: 'application/json' });
    expect(plain.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const modern = await post(url, { query: '{hello later}' }, { accept: 'application/json;q=0.5, application/graphql-response+json' });
    expect(modern.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(await modern.json()).toEqual({ data: { hello: 'Hello, world', later: 'later' } });
  });

  it('a query over HTTP is answered by GET, with variables', async () => {
    const { url } = await serve();
    const search = new URLSearchParams({ query: 'query($n: String) {hello(name: $n)}', variables: '{"n":"A & B"}' });
    expect(await (await fetch(`${url}?${search}`)).json()).toEqual({ data: { hello: 'Hello, A & B' } });
  });

  it('a query over HTTP is known by its principal, its client and its operation', async () => {
    const { url, opened } = await serve();
    const headers = { authorization: 'Bearer secret', 'apollographql-client-name': 'shop', 'Last-Event-ID': 'c7' };
    const response = await post(url, { query: 'query Who {principal}' }, headers);
    expect(await response.json()).toEqual({ data: { principal: 'key:1' } });
    expect(opened).toMatchObject([{ operation: { name: 'Who', client: 'shop' }, lastEventId: 'c7' }]);
  });

  it('a query over HTTP masks what is not ours to show, logs it, and keeps the siblings', async () => {
    const { url, logged } = await serve();
    const answer = await (await post(url, { query: '{hello secretly refused}' })).json();
    expect(answer).toMatchObject({
      data: { hello: 'Hello, world', secretly: null, refused: null },
      errors: [
        { path: ['secretly'], message: /went wrong in the gateway/, extensions: { code: 'INTERNAL', errorId: expect.any(String) } },
        { path: ['refused'], message: /used up until/, extensions: { code: 'BUDGET_EXCEEDED' } },
      ].map((error) => ({ ...error, message: expect.stringMatching(error.message) })),
    });
    expect(JSON.stringify(answer)).not.toContain('secret in');
    expect(logged).toMatchObject([{ fields: { errorId: answer.errors[0].extensions.errorId, err: { message: 'secret in a resolver' } } }]);
  });

  it('a query over HTTP says in extensions.usage what it used, and nothing where nothing was used', async () => {
    const { url } = await serve();
    expect(await (await post(url, { query: '{spend}' })).json()).toMatchObject({
      extensions: { usage: { cost: '0.000001', totalTokens: 7, calls: [{ callId: 'call-1', coordinate: 'Query.spend' }] } },
    });
    expect(await (await post(url, { query: '{hello}' })).json()).not.toHaveProperty('extensions');
  });

  it('a query over HTTP tells each of several errors that one field has', async () => {
    const { url } = await serve();
    const { data, errors } = await (await post(url, { query: '{hello twice}' })).json();
    expect(data).toEqual({ hello: 'Hello, world', twice: null });
    expect(errors).toMatchObject([
      { path: ['twice'], locations: [{ line: 1, column: 8 }], extensions: { code: 'TIMEOUT' } },
      { path: ['twice'], locations: [{ line: 1, column: 8 }], extensions: { code: 'CANCELLED' } },
    ]);
  });

  it('a query over HTTP is opened and closed once, whatever becomes of it', async () => {
    const { url, opened, closed } = await serve();
    await Promise.all(
      ['{hello}', '{secretly}', '{goodbye}', 'mutation {touch}'].map((query) => post(url, { query }).then((response) => response.text())),
    );
    expect(opened).toHaveLength(4);
    expect(new Set(closed)).toEqual(new Set(opened));
    expect(closed).toHaveLength(4);
  });

  it('a query over HTTP runs on the schema of its beginning, the next on the new one', async () => {
    const { url, gate, tickers, replaceSchema } = await serve();
    const before = post(url, { query: '{held}' });
    const late = post(url, { query: '{__schema {description}}' });
    await late;
    const next = testSchema(tickers, gate);
    next.description = 'the new one';
    replaceSchema(next);
    expect(await (await post(url, { query: '{__schema {description}}' })).json()).toMatchObject({
      data: { __schema: { description: 'the new one' } },
    });
    gate.open();
    expect(await (await before).json()).toEqual({ data: { held: 'released' } });
  });

  it('a query over HTTP admits an operation after it was found valid, and tells a refusal', async () => {
    const seen: string[] = [];
    const { url, closed } = await serve({
      admitOperation: async ({ operation }, { tree }) => {
        seen.push(`${operation.name} of ${tree.unfoldedFields} field`);
        return null;
      },
    });
    await (await post(url, { query: 'query Bad {nothing}' })).text();
    await (await post(url, { query: 'query Good {hello}' })).text();
    expect(seen).toEqual(['Good of 1 field']);
    expect(closed).toHaveLength(2);
  });

  it('a query over HTTP shows the schema to anonymous callers in development only', async () => {
    const open = await serve();
    expect(await (await post(open.url, { query: '{__schema {queryType {name}}}' })).json()).toHaveProperty('data.__schema');
    const { url } = await serve({ development: false });
    const refused = await (await post(url, { query: '{__schema {queryType {name}}}' })).json();
    expect(refused).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const headers = { authorization: 'Bearer secret' };
    expect(await (await post(url, { query: '{__schema {queryType {name}}}' }, headers)).json()).toHaveProperty('data.__schema');
  });

  it('a query over HTTP may be the introspection query of a stock tool', async () => {
    const { url } = await serve();
    const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true, schemaDescription: true });
    const { data } = await (await post(url, { query })).json();
    expect(buildClientSchema(data).getQueryType()?.name).toBe('Query');
  });

  const fragments = (count: number): string => {
    const names = Array.from({ length: count }, (_, index) => `F${index}`);
    return `{self {${names.map((name) => `...${name}`).join(' ')}}} ${names.map((name) => `fragment ${name} on Query {hello}`).join(' ')}`;
  };

  it.each([
    ['repeats a field 4,900 times', `{self {${'hello '.repeat(4_900)}}}`],
    ['spreads 500 fragments side by side', fragments(500)],
  ])('a query over HTTP is not validated to the end when it %s, and is told what would be accepted', async (_, query) => {
    const { url } = await serve();
    const response = await post(url, { query }, { accept: 'application/graphql-response+json' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringMatching(/side by side.*Up to 300 .* are accepted/), extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  it('a query over HTTP has 300 fragments side by side, and as many fields of one name', async () => {
    const { url } = await serve();
    for (const query of [fragments(300), `{self {${'hello '.repeat(300)}}}`])
      expect(await (await post(url, { query })).json()).toEqual({ data: { self: { hello: 'Hello, world' } } });
  });

  it('a query over HTTP with more than 100 mistakes has 100 of them listed, and is told that there are more', async () => {
    const { url } = await serve();
    const query = `{self {${Array.from({ length: 300 }, (_, index) => `unknown${index}`).join(' ')}}}`;
    const { errors } = await (await post(url, { query })).json();
    expect(errors).toHaveLength(101);
    expect(errors.at(-1)).toMatchObject({
      message: expect.stringMatching(/more than 100 mistakes.*Mend these/),
      extensions: { code: 'BAD_REQUEST', errorId: expect.any(String) },
    });
  });
});

describe('@defer', () => {
  it('@defer delivers the rest later, masked, with the usage on the last payload', async () => {
    const { url, closed } = await serve();
    const response = await post(url, { query: '{slow {fast ... @defer(label: "a") {slow broken}}}' }, { accept: 'multipart/mixed' });
    expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="-";deferSpec=20220824');
    const text = await response.text();
    const parts = text
      .split('\r\n---')
      .slice(1, -1)
      .map((part) => JSON.parse(part.slice(part.indexOf('{'))));
    expect(parts[0]).toEqual({ data: { slow: { fast: 'fast' } }, hasNext: true });
    expect(parts.flatMap((part) => part.incremental ?? [])).toMatchObject([
      { data: { slow: 'slow', broken: null }, path: ['slow'], label: 'a', errors: [{ extensions: { code: 'INTERNAL' } }] },
    ]);
    expect(parts.at(-1)).toMatchObject({ hasNext: false, extensions: { usage: { calls: [{ callId: 'call-deferred' }] } } });
    expect(text).not.toContain('secret in');
    expect(text.endsWith('\r\n-----\r\n')).toBe(true);
    expect(closed).toHaveLength(1);
  });

  it('@defer goes over SSE too', async () => {
    const { url } = await serve();
    const response = await post(url, { query: '{slow {fast ... @defer {slow}}}' }, { accept: 'text/event-stream' });
    expect(await response.text()).toMatch(
      /event: next\ndata: .*"hasNext":true.*event: next\ndata: .*"slow":"slow".*event: complete\ndata:\n\n$/s,
    );
  });
});
