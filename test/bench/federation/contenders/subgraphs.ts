/**
 * The two subgraphs of the benchmark, in a process of their own. An answer is made once for each text of a request, so that they
 * cost little beside who asks them.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { catalogSdl, queryResolvers, stockOf, stockSdl } from '../operations.ts';

const schemas: Readonly<Record<string, GraphQLSchema>> = {
  '/catalog': buildSubgraphSchema([{ typeDefs: parse(catalogSdl), resolvers: { Query: queryResolvers } }]),
  '/stock': buildSubgraphSchema([
    {
      typeDefs: parse(stockSdl),
      resolvers: { Product: { __resolveReference: ({ id }: { id: string }) => ({ id, ...stockOf(id) }) } },
    },
  ]),
};
const answers = new Map<string, Promise<Buffer>>();

async function answerOf(path: string, body: string): Promise<Buffer> {
  const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
  const schema = schemas[path];
  if (schema === undefined) throw new Error(path);
  return Buffer.from(JSON.stringify(await execute({ schema, document: parse(query), variableValues: variables ?? {} })));
}

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', async () => {
    const body = Buffer.concat(pieces).toString();
    const key = `${request.url} ${body}`;
    const answer = answers.get(key) ?? answerOf(request.url ?? '', body);
    answers.set(key, answer);
    response.setHeader('content-type', 'application/json').end(await answer);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('disconnect', () => process.exit(0));
