import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { openLog } from '../../src/telemetry/log.ts';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { startGateway, type TestGateway, temporaryFolder, whenOver } from '../harness.ts';
import { canary, compatible } from '../providers/dialects.ts';
import type { RawReply, RawUpstream } from '../raw-upstream.ts';
import { post } from '../server/http-client.ts';
import { openUpstream, saying, scriptedConfig } from './scripted.ts';

/** What the vendor writes: words, its own address and the key that it was shown. */
const vendorSays = `vendor-speaks-7c1d of https://internal.vendor.example/v1 and ${canary}`;
const refuses = (status: number): RawReply => ({
  status,
  headers: { 'content-type': 'application/json', 'retry-after-ms': '1' },
  pieces: [JSON.stringify({ error: { message: vendorSays, type: vendorSays, code: vendorSays, param: null } })],
});
const errorEvent = `data: ${JSON.stringify({ error: { message: vendorSays, type: 'server_error', code: 503 } })}\n\n`;

const replies: readonly (readonly [string, RawReply])[] = [
  ['400', refuses(400)],
  ['401', refuses(401)],
  ['404', refuses(404)],
  ['429', refuses(429)],
  ['500', refuses(500)],
  ['a page of HTML', { status: 502, headers: { 'content-type': 'text/html' }, pieces: [`<h1>${vendorSays}</h1>`] }],
  ['200 with an error', { ...refuses(200) }],
  ['an event that is no JSON', { pieces: [compatible.begins, `data: {"${vendorSays}\n\n`] }],
  ['an error in the middle of the stream', { pieces: [compatible.begins, compatible.says('Half'), errorEvent] }],
  ['a broken connection', { pieces: [compatible.begins, compatible.says('Half')], ending: 'reset' }],
];

const failure = '... on Failure { code message retryable errorId } ... on ModelUnavailable { attempts { deployment outcome } }';
const input = '(input: { prompt: { text: "Say hi." } })';
const completion = `{ completion${input} { __typename ... on Completion { text } ${failure} } }`;
const subscription = `subscription { completionStream${input} { __typename ... on CompletionFailed { failure { ${failure} } completion { text provenance { attempts { deployment outcome } } } } } }`;

describe('provider errors reach the caller as our codes alone', () => {
  let gateway: TestGateway;
  let upstream: RawUpstream;
  const written: string[] = [];
  beforeAll(async () => {
    upstream = await openUpstream();
    const products = await runSubgraph(
      'products',
      'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String }',
      {
        Query: { product: () => ({ id: '1', name: 'Kettle' }) },
      },
    );
    whenOver(() => products.close());
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'ai.graphql'),
      `extend type Product @key(fields: "id") { id: ID! name: String
        said: String @completion(prompt: "{name}", maxInputTokens: 99, maxOutputTokens: 99) @requiresScopes(scopes: [["ai:use"]]) }`,
    );
    gateway = await startGateway(
      { ...scriptedConfig(upstream), graph: { fields: ['ai.graphql'], subgraphs: [{ name: 'products', url: products.url }] } },
      { folder, log: openLog({ level: 'debug', destination: { write: (line) => void written.push(line) } }) },
    );
  });

  const over = async (query: string, accept: string): Promise<string> => {
    const response = await post(gateway.url, { query }, { accept, authorization: `Bearer ${gateway.developmentKey}` });
    return response.text();
  };
  const overSocket = async (): Promise<string> => {
    const client = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${gateway.developmentKey}` },
    });
    const results: unknown[] = [];
    for await (const result of client.iterate({ query: subscription })) results.push(result);
    await client.dispose();
    return JSON.stringify(results);
  };
  const ways: readonly (readonly [string, () => Promise<string>])[] = [
    ['data', () => over(completion, 'application/json')],
    ['errors of entities', () => over('{ product { name said } }', 'application/json')],
    ['deferred parts', () => over('{ product { name ... @defer { said } } }', 'multipart/mixed')],
    ['events over SSE', () => over(subscription, 'text/event-stream')],
    ['events over multipart', () => over(subscription, 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0')],
    ['events over WebSocket', overSocket],
  ];

  describe.each(replies)('%s', (_, reply) => {
    it.each(ways)('provider errors reach the caller as our codes alone in %s', async (__, ask) => {
      // Answers between the failures, so that the circuit stays closed.
      upstream.plays(saying('Well.'));
      for (const turn of [1, 2]) await over(completion.replace('Say hi.', `Say ${turn}.`), 'application/json');
      upstream.plays(reply);
      written.length = 0;
      const before = upstream.requests.length;
      const answer = await ask();
      expect(upstream.requests.length).toBeGreaterThan(before);

      expect(answer).toMatch(/"code":"(MODEL_UNAVAILABLE|BAD_REQUEST|OTHER)"/);
      for (const secret of [
        'vendor-speaks',
        'vendor.example',
        canary,
        upstream.url.replace('http://', ''),
        'node_modules',
        '.ts:',
        'stack',
      ])
        expect(answer).not.toContain(secret);

      const log = written.join('');
      const [, errorId = 'none'] = /"errorId":"([^"]+)"/.exec(answer) ?? [];
      expect(log).toContain(errorId);
      expect(log).not.toContain(canary);
    });
  });

  it('the cause is in the log, at the id that the caller was told', async () => {
    upstream.plays(saying('Well.'), refuses(500));
    await over(completion, 'application/json');
    written.length = 0;
    const [, errorId] = /"errorId":"([^"]+)"/.exec(await over(completion, 'application/json')) ?? [];
    const lines = written.map((line) => JSON.parse(line)).filter((line) => line.errorId === errorId);
    expect(JSON.stringify(lines)).toContain('HTTP 500');
    expect(JSON.stringify(lines)).not.toContain('vendor-speaks-7c1d');
  });
});
