/** Whole numbers above 2^53 in the variables of a client, on their way to another team's subgraph. */
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { bodyOf, federation2, listening } from '../federation/subgraph-server.ts';
import { startGateway, type TestGateway, whenOver } from '../harness.ts';
import { post } from '../server/http-client.ts';

const sdl = `${federation2} scalar BigInt scalar JSON input In { of: BigInt many: [BigInt!] json: JSON }
  type Query { echo(of: BigInt, in: In, list: [BigInt], id: ID, float: Float, int: Int): String }`;
const query = `query ($of: BigInt, $in: In, $list: [BigInt], $id: ID, $float: Float, $int: Int) {
  echo(of: $of, in: $in, list: $list, id: $id, float: $float, int: $int) }`;
const variables =
  '{"of":9007199254740993,"in":{"of":9007199254740995,"many":[9007199254740997,1],"json":{"deep":[12345678901234567890,"x",0.5]}},"list":9007199254740999,"id":9007199254741001,"float":0.12345678901234567,"int":7}';

async function gatewayOver(engine: 'planner' | 'stitching'): Promise<{ readonly gateway: TestGateway; readonly asked: string[] }> {
  const asked: string[] = [];
  const { port, close } = await listening(
    createServer(async (request, response) => {
      const body = await bodyOf(request);
      if (!body.includes('_service')) asked.push(body);
      const data = body.includes('_service') ? { _service: { sdl } } : { echo: 'x', _client_echo: 'x' };
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
    }),
  );
  whenOver(close);
  const gateway = await startGateway({ graph: { engine, subgraphs: [{ name: 'raw', url: `http://127.0.0.1:${port}/graphql` }] } });
  return { gateway, asked };
}

const sent = ({ gateway }: { readonly gateway: TestGateway }) => ({ authorization: `Bearer ${gateway.developmentKey}` });

function arrived(asked: readonly string[]): void {
  const [body = ''] = asked;
  for (const text of [
    'of":9007199254740993',
    '"of":9007199254740995',
    '"many":[9007199254740997,1]',
    '"deep":[12345678901234567890,"x",0.5]',
    '[9007199254740999]',
    '"9007199254741001"',
  ])
    expect(body).toContain(text);
  expect(body).toMatch(/"float":0\.123456789012345/);
  expect(body).toContain('"int":7');
}

describe('a whole number above 2^53 in a variable', () => {
  it.each(['planner', 'stitching'] as const)(
    'a whole number above 2^53 in a variable reaches a subgraph as the client wrote it, by POST and by GET: %s',
    async (engine) => {
      const graph = await gatewayOver(engine);
      const headers = { 'content-type': 'application/json', ...sent(graph) };
      const body = `{"variables":${variables},"query":${JSON.stringify(query)}}`;
      expect(await (await fetch(graph.gateway.url, { method: 'POST', headers, body })).json()).toEqual({ data: { echo: 'x' } });
      arrived(graph.asked.splice(0));
      const url = `${graph.gateway.url}?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(variables)}`;
      expect(await (await fetch(url, { headers: sent(graph) })).json()).toEqual({ data: { echo: 'x' } });
      arrived(graph.asked);
    },
  );

  it('a whole number above 2^53 in a variable reaches a subgraph as the client wrote it over a WebSocket', async () => {
    const graph = await gatewayOver('planner');
    const socket = new WebSocket(graph.gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
    whenOver(() => socket.terminate());
    const told = Promise.withResolvers<unknown>();
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: sent(graph) })));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { readonly type: string; readonly payload?: unknown };
      if (message.type === 'connection_ack')
        socket.send(`{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`);
      if (message.type === 'next') told.resolve(message.payload);
    });
    expect(await told.promise).toEqual({ data: { echo: 'x' } });
    arrived(graph.asked);
  });

  it('a whole number above 2^53 in a variable is refused where the type has none', async () => {
    const graph = await gatewayOver('planner');
    const response = await post(graph.gateway.url, { query, variables: { int: 9_007_199_254_740_992 } }, sent(graph));
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('"$int"') }] });
  });
});
