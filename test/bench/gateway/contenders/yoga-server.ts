/** What somebody writes by hand instead of a gateway: a completion field in graphql-yoga that asks the vendor by undici. No policy. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import { Agent, request } from 'undici';

const upstream = process.argv[2] ?? '';
const dispatcher = new Agent({ keepAliveTimeout: 60_000 });

const schema = createSchema({
  typeDefs: /* GraphQL */ `
    type Query { completion(input: CompletionInput!): CompletionResult }
    input CompletionInput { prompt: PromptInput! route: String! = "default" maxOutputTokens: Int }
    input PromptInput { text: String }
    union CompletionResult = Completion | Refused
    interface Failure { code: String! message: String! }
    type Refused implements Failure { code: String! message: String! }
    type Completion { text: String finishReason: String }
  `,
  resolvers: {
    Query: {
      async completion(_: unknown, { input }: { readonly input: { readonly prompt: { readonly text: string } } }) {
        const { body } = await request(`${upstream}/chat/completions`, {
          method: 'POST',
          dispatcher,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'answer', messages: [{ role: 'user', content: input.prompt.text }] }),
        });
        const { choices } = (await body.json()) as {
          readonly choices: readonly { readonly message: { readonly content: string }; readonly finish_reason: string }[];
        };
        return { __typename: 'Completion', text: choices[0]?.message.content, finishReason: choices[0]?.finish_reason };
      },
    },
  },
});
const server = createServer({ keepAliveTimeout: 60_000 }, createYoga({ schema, logging: false, graphiql: false }));
server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('disconnect', () => process.exit(0));
