/** The floor: the same operations on one plain schema, by graphql-js on a bare node:http server, with documents parsed and validated once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, type DocumentNode, execute, type GraphQLSchema, isObjectType, parse, validate } from 'graphql';
import { queryResolvers, wholeSdl } from '../operations.ts';

const schema: GraphQLSchema = buildSchema(wholeSdl);
for (const [name, resolve] of Object.entries(queryResolvers)) {
  const field = schema.getQueryType()?.getFields()[name];
  if (field === undefined || !isObjectType(schema.getQueryType())) throw new Error(name);
  field.resolve = resolve;
}
const documents = new Map<string, DocumentNode>();

function documentOf(query: string): DocumentNode {
  const known = documents.get(query);
  if (known !== undefined) return known;
  const document = parse(query);
  const [invalid] = validate(schema, document);
  if (invalid !== undefined) throw invalid;
  documents.set(query, document);
  return document;
}

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', async () => {
    const { query } = JSON.parse(Buffer.concat(pieces).toString()) as { query: string };
    const text = JSON.stringify(await execute({ schema, document: documentOf(query) }));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('disconnect', () => process.exit(0));
