import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { DocumentNode } from 'graphql';
import { createYoga } from 'graphql-yoga';

type Resolvers = Parameters<typeof buildSubgraphSchema>[0] extends infer Modules ? Extract<Modules, readonly unknown[]>[number] : never;

/** Serves the subgraph on 127.0.0.1 at the port in PORT, at `/graphql`, until its parent goes or SIGTERM comes. */
export async function serveSubgraph(name: string, typeDefs: DocumentNode, resolvers: object): Promise<void> {
  const module = { typeDefs, resolvers } as Resolvers;
  const yoga = createYoga({
    schema: buildSubgraphSchema([module] as Parameters<typeof buildSubgraphSchema>[0]),
    graphiql: false,
    logging: false,
  });
  const server = createServer(yoga);
  const port = Number(process.env['PORT'] ?? 0);
  await new Promise<void>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program uses that port, perhaps another npm start' : error.message;
      process.stderr.write(`The subgraph "${name}" cannot listen on 127.0.0.1:${port}: ${reason}.\n`);
      process.exit(1);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  process.stdout.write(`${name} on http://127.0.0.1:${typeof address === 'object' ? address?.port : port}/graphql\n`);
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
}
