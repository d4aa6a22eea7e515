import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serve } from '../fixture.ts';

interface Case {
  readonly what: string;
  readonly init?: RequestInit;
  readonly search?: string;
  readonly path?: string;
  readonly status: number;
  readonly code?: string;
  readonly says: RegExp;
}

const json = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { ...json, ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const ask = (query: string, variables?: unknown): RequestInit => post({ query, variables });
const search = (params: Record<string, string>): string => `?${new URLSearchParams(params)}`;
const nested = (levels: number): string => `${'{self'.repeat(levels)}{hello}${'}'.repeat(levels)}`;

const cases: readonly Case[] = [
  { what: 'broken JSON', init: post('{"query": '), status: 400, says: /body is not valid JSON/ },
  { what: 'an empty body', init: post(''), status: 400, says: /no body/ },
  {
    what: 'text that is not UTF-8',
    init: { method: 'POST', headers: json, body: new Uint8Array([0x22, 0xff, 0x22]) },
    status: 400,
    says: /UTF-8/,
  },
  { what: 'a wrong enum value', init: ask('{painted(colour: PINK)}'), status: 400, says: /"Colour" enum\. It has RED, GREEN\./ },
  {
    what: 'a wrong enum value in variables',
    init: ask('query($c: Colour){painted(colour: $c)}', { c: 'PINK' }),
    status: 400,
    says: /got invalid value "PINK".* It has RED, GREEN\./,
  },
  { what: 'text for an enum', init: ask('{painted(colour: "RED")}'), status: 400, says: /non-enum value.* It has RED, GREEN\./ },
  {
    what: 'two keys where one is asked',
    init: ask('{painted(with: {})}'),
    status: 400,
    says: /exactly one key\. Its keys: brush, roller\./,
  },
  {
    what: 'no key in variables where one is asked',
    init: ask('query($t: Tool){painted(with: $t)}', { t: {} }),
    status: 400,
    says: /Exactly one key .* Its keys: brush, roller\./,
  },
  { what: 'a list', init: post([{ query: '{hello}' }]), status: 400, says: /Batches/ },
  { what: 'a number', init: post('5'), status: 400, says: /JSON object with "query"; this is a number/ },
  { what: 'no query', init: post({}), status: 400, says: /no "query"/ },
  {
    what: 'the id of a document, where there are no trusted documents',
    init: post({ documentId: 'x' }),
    status: 400,
    says: /no trusted documents: send the text/,
  },
  { what: 'an id that is a number', init: post({ documentId: 5 }), status: 400, says: /id of a document must be text.*this is a number/ },
  {
    what: 'variables that are a list',
    init: post({ query: '{hello}', variables: [] }),
    status: 400,
    says: /"variables" must be a JSON object or null; this is a list/,
  },
  {
    what: 'variables nested too deep',
    init: post(`{"query":"{hello}","variables":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`),
    status: 400,
    says: /deeper than 100/,
  },
  {
    what: 'more values than can be parsed at once',
    init: post(`{"query":"{hello}","variables":{"a":[${'[],'.repeat(100_000)}"[[["]}}`),
    status: 400,
    says: /has at least \d{5} values.*at most 50000/,
  },
  {
    what: 'a number as operation name',
    init: post({ query: '{hello}', operationName: 5 }),
    status: 400,
    says: /"operationName" must be text/,
  },
  {
    what: 'an operation that is not there',
    init: post({ query: 'query A {hello}', operationName: 'B' }),
    status: 400,
    says: /no operation "B". It has "A"/,
  },
  { what: 'two operations and no name', init: ask('query A {hello} query B {hello}'), status: 400, says: /name the one to run/ },
  { what: 'only a fragment', init: ask('fragment F on Query {hello}'), status: 400, says: /only fragments/ },
  { what: 'a syntax error', init: ask('{hello'), status: 400, says: /Syntax Error/ },
  { what: 'an unknown field', init: ask('{goodbye}'), status: 400, says: /Cannot query field "goodbye"/ },
  {
    what: 'a variable of the wrong type',
    init: ask('query($n: Int!) {number(of: $n)}', { n: 'five' }),
    status: 400,
    says: /\$n.*got invalid value/,
  },
  { what: 'a missing variable', init: ask('query($n: Int!) {number(of: $n)}'), status: 400, says: /\$n.*not provided/ },
  { what: '@stream', init: ask('{items @stream {id}}'), status: 400, says: /@stream is not supported/ },
  {
    what: '21 levels of fields',
    init: ask(nested(20)),
    status: 400,
    code: 'DEPTH_LIMIT_EXCEEDED',
    says: /selects 21 levels .* at most 20/,
  },
  {
    what: 'levels hidden in fragments',
    init: ask(`{...A} fragment A on Query ${nested(12).replace('{hello}', '{...B}')} fragment B on Query ${nested(12)}`),
    status: 400,
    code: 'DEPTH_LIMIT_EXCEEDED',
    says: /at most 20/,
  },
  {
    what: 'a fragment that spreads itself',
    init: ask('{...A} fragment A on Query {self {...A}}'),
    status: 400,
    says: /Cannot spread fragment "A" within itself/,
  },
  {
    what: 'more tokens than the limit',
    init: ask(`{${'hello '.repeat(5_000)}}`),
    status: 400,
    says: /more than 5000 tokens.*at most 5000/,
  },
  {
    what: '61 aliases',
    init: ask(`{self {${Array.from({ length: 61 }, (_, i) => `a${i}: hello`).join(' ')}}}`),
    status: 400,
    says: /61 aliases.*at most 60/,
  },
  {
    what: 'aliases multiplied by fragments',
    init: ask(
      `{a: self {...A} b: self {...A} c: self {...A}} fragment A on Query {${Array.from({ length: 20 }, (_, i) => `a${i}: hello`).join(' ')}}`,
    ),
    status: 400,
    says: /63 aliases/,
  },
  { what: '31 root fields', init: ask(`{${'hello '.repeat(31)}}`), status: 400, says: /31 root fields.*at most 30/ },
  {
    what: '21 operations',
    init: post({ query: Array.from({ length: 21 }, (_, i) => `query Q${i} {hello}`).join(' '), operationName: 'Q0' }),
    status: 400,
    says: /21 operations.*at most 20/,
  },
  {
    what: 'a form',
    init: { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={hello}' },
    status: 415,
    says: /"application\/x-www-form-urlencoded"; this gateway reads "application\/json"/,
  },
  { what: 'a multipart form', init: { method: 'POST', body: new FormData() }, status: 415, says: /"multipart\/form-data"/ },
  {
    what: 'plain text',
    init: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"query":"{hello}"}' },
    status: 415,
    says: /"text\/plain"/,
  },
  {
    what: 'another charset',
    init: post({ query: '{hello}' }, { 'content-type': 'application/json; charset=utf-16' }),
    status: 415,
    says: /charset "utf-16"/,
  },
  { what: 'a compressed body', init: post({ query: '{hello}' }, { 'content-encoding': 'gzip' }), status: 415, says: /uncompressed/ },
  {
    what: 'a body over the limit',
    init: post({ query: '{hello}', variables: { a: 'x'.repeat(2 * 1024 * 1024) } }),
    status: 413,
    says: /at most 2097152/,
  },
  { what: 'a mutation by GET', search: search({ query: 'mutation {touch}' }), status: 405, says: /with POST, never GET/ },
  { what: 'a model call by GET', search: search({ query: '{self {s: spend}}' }), status: 405, says: /Query.spend calls a model/ },
  {
    what: 'a model call by GET in a fragment',
    search: search({ query: '{...F} fragment F on Query {items {... on Item {broken}}}' }),
    status: 405,
    says: /Item.broken calls a model/,
  },
  {
    what: 'broken variables in the URL',
    search: search({ query: '{hello}', variables: '{' }),
    status: 400,
    says: /"variables" in the URL is not valid JSON/,
  },
  {
    what: 'variables in the URL that are text',
    search: search({ query: '{hello}', variables: '"a"' }),
    status: 400,
    says: /"variables" must be a JSON object/,
  },
  { what: 'broken percent signs in the URL', search: '?query=%E0%A4%A', status: 400, says: /percent-encoding/ },
  { what: 'DELETE', init: { method: 'DELETE' }, status: 405, says: /DELETE is not used here/ },
  { what: 'an unknown path', path: '/grahpql', status: 404, says: /nothing at this path. Paths: \/graphql, \/health\/live/ },
  {
    what: 'a query that only HTML would satisfy',
    init: { ...ask('{hello}'), headers: { ...json, accept: 'text/html' } },
    status: 406,
    says: /application\/json or text\/event-stream; the request accepts "text\/html"/,
  },
  {
    what: 'a subscription as JSON',
    init: ask('subscription {ticks(to: 1) {seq}}'),
    status: 406,
    says: /text\/event-stream.*since it is a subscription/,
  },
  {
    what: 'a subscription whose field can be left out',
    init: ask('subscription ($on: Boolean = false) {...F} fragment F on Subscription {ticks(to: 1) @include(if: $on) {seq}}'),
    status: 400,
    says: /subscription cannot carry @skip or @include/,
  },
  { what: '@defer as JSON', init: ask('{slow {... @defer {slow}}}'), status: 406, says: /since it uses @defer/ },
  {
    what: 'an unknown key',
    init: post({ query: '{hello}' }, { authorization: 'Bearer wrong' }),
    status: 401,
    code: 'UNAUTHENTICATED',
    says: /not known/,
  },
];

describe('broken input', () => {
  it.each(cases)(
    'the server answers $what with $status and a sentence',
    async ({ init, search: query = '', path = '/graphql', status, code = 'BAD_REQUEST', says }) => {
      const { url, opened, closed, logged } = await serve({ development: false });
      const response = await fetch(new URL(path + query, url), init);
      const text = await response.text();
      const { errors } = JSON.parse(text) as { errors: { message: string; extensions: object }[] };
      expect({ status: response.status, message: errors[0]?.message }).toEqual({ status, message: expect.stringMatching(says) });
      expect(errors[0]?.extensions).toMatchObject({ code, errorId: expect.any(String), retryable: false });
      expect(text).not.toMatch(/node_modules|\.ts:|\.js:|at .*\(/);
      expect(opened).toEqual(closed);
      // The caller's own mistake: its errorId is there, and nothing for an operator to look at.
      expect(logged.filter(({ message }) => message !== 'a document was refused')).toEqual([]);
    },
  );

  it.each([
    ['a broken Host', 'GET /graphql?query={__typename} HTTP/1.1\r\nHost: a b:c:d\r\n\r\n', 400, /Host header/],
    ['a Host with a path', 'GET /graphql HTTP/1.1\r\nHost: [::1\r\n\r\n', 400, /Host header/],
    ['two Hosts', 'GET /graphql?query={__typename} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400, /more than one Host/],
    ['no Host', 'GET /graphql HTTP/1.1\r\n\r\n', 400, /Host header/],
    ['a broken URL', 'GET http://[/graphql HTTP/1.1\r\nHost: localhost\r\n\r\n', 400, /not a path/],
    ['what is no HTTP', 'hello\r\n\r\n', 400, /not an HTTP\/1.1 request/],
    [
      'headers over the limit',
      `GET /graphql HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      /more than 16384 bytes/,
    ],
    [
      'a broken chunk',
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
      /./,
    ],
  ])('the server answers %s on the wire with a status and a sentence', async (_, sent, status, says) => {
    const { url } = await serve({ development: false });
    const answer = await raw(url, sent);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(says);
    expect(answer).not.toMatch(/node_modules|\.ts:|\.js:/);
  });

  it.each([
    'Authorization: Bearer a',
    'Content-Type: application/json',
    'Last-Event-ID: c1',
    'AI-Session: research',
    'X-Fieldgate-Quote: only',
    'Origin: http://localhost',
  ])('the server answers a header that decides and stands twice with a sentence: %s', async (header) => {
    const { url, opened } = await serve();
    const answer = await raw(url, `GET /graphql?query={hello} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n${header}2\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 400 .*more than one ${header.split(':')[0]} header`, 'si'));
    expect(opened).toEqual([]);
  });

  it('the server answers a client that offers HTTP/2 with each request as if it had not', async () => {
    const { url } = await serve();
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
    expect(await raw(url, `GET /graphql?query={hello} HTTP/1.1\r\nHost: 127.0.0.1\r\n${offer}\r\n`)).toMatch(/^HTTP\/1.1 200 .*Hello/s);
  });

  it('the server cuts off a request whose headers never end', async () => {
    const { url } = await serve({ limits: { headersTimeoutMs: 100 } });
    expect(await raw(url, 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n')).toMatch(/^HTTP\/1.1 408 .*headers within 0.1 s/s);
  });

  it('the server cuts off a request whose body never ends', async () => {
    const { url } = await serve({ limits: { bodyTimeoutMs: 100 } });
    const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
    expect(await raw(url, head)).toMatch(/^HTTP\/1.1 408 .*did not arrive within 0.1 s/s);
  });

  it('the server answers an upload far over the limit so that its sender can read why', async () => {
    const { url } = await serve();
    const response = await fetch(url, { method: 'POST', headers: json, body: new Uint8Array(20_000_000) });
    expect(response.status).toBe(413);
  });

  it('the server counts a body that does not say its length', async () => {
    const { url } = await serve({ limits: { maxBodyBytes: 1_000 } });
    const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await raw(url, `${head}${'3e8\r\n'}${' '.repeat(1_000)}\r\n1\r\n \r\n0\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 .*at most 1000/s);
  });
});

/** What comes back until the server closes the connection, or its first whole answer. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += String(data);
      if (/\r\n\r\n.*\}$/s.test(answer)) socket.destroy();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
