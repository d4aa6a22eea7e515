/** `@defer` over what another team's subgraph and a model add to an entity, as clients get it. */
import { describe, expect, it } from 'vitest';
import { double } from '../doubles.ts';
import { post } from '../server/http-client.ts';
import { teams } from './teams.ts';

const document = `{ products { id ... @defer(label: "stock") { stock } ... @defer(label: "words") { name blurb } } }`;

interface Part {
  readonly data?: unknown;
  readonly incremental?: readonly { readonly label: string; readonly path: unknown; readonly data: unknown; readonly errors?: unknown }[];
  readonly hasNext: boolean;
  readonly extensions?: { readonly usage: { readonly calls: readonly { readonly paths: unknown }[] } };
}

/** The parts of the body, in either form. */
async function* partsOf(response: Response): AsyncGenerator<Part> {
  let text = '';
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    const lines = text.split(/\r?\n/);
    text = lines.pop() ?? '';
    for (const line of lines) {
      const json = /^(?:data: )?(\{.*\})$/.exec(line)?.[1];
      if (json !== undefined) yield JSON.parse(json) as Part;
    }
  }
}

async function graph(answering: Promise<void>) {
  return teams({
    remote: {
      shop: {
        sdl: 'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! name: String }',
        resolvers: { Query: { products: () => ['1', '2'].map((id) => ({ id, name: `Chair ${id}` })) } },
      },
      stock: {
        sdl: 'type Product @key(fields: "id") { id: ID! stock: Int }',
        resolvers: {
          Product: {
            stock: async ({ id }: { readonly id: string }) => {
              await answering;
              return Number(id) * 10;
            },
          },
        },
      },
    },
    fields: `extend type Product @key(fields: "id") { id: ID! name: String
      blurb: String @completion(prompt: "{name}", maxInputTokens: 100, maxOutputTokens: 20) @requiresScopes(scopes: [["ai:use"]]) }`,
    provider: double('model', async function* () {
      await answering;
      yield { type: 'text', text: 'A blurb.' };
      yield { type: 'finish', reason: 'stop' };
    }),
  });
}

describe('parts that a client defers', () => {
  it.each(['multipart/mixed', 'text/event-stream'])(
    'parts that a client defers come after the rest, of another team and of a model, with label, path and usage: %s',
    async (accept) => {
      const answering = Promise.withResolvers<void>();
      const { gateway } = await graph(answering.promise);
      const response = await post(gateway.url, { query: document }, { accept, authorization: `Bearer ${gateway.developmentKey}` });
      expect(response.headers.get('content-type')).toContain(accept);
      const parts = partsOf(response);
      const first = (await parts.next()).value as Part;
      expect(first).toMatchObject({ data: { products: [{ id: '1' }, { id: '2' }] }, hasNext: true });
      expect(first.data).toEqual({ products: [{ id: '1' }, { id: '2' }] });
      answering.resolve();
      const rest: Part[] = [];
      for await (const part of parts) rest.push(part);
      const increments = rest.flatMap(({ incremental = [] }) => incremental);
      expect(increments.toSorted((a, b) => (JSON.stringify([a.label, a.path]) < JSON.stringify([b.label, b.path]) ? -1 : 1))).toEqual([
        { label: 'stock', path: ['products', 0], data: { stock: 10 } },
        { label: 'stock', path: ['products', 1], data: { stock: 20 } },
        { label: 'words', path: ['products', 0], data: { name: 'Chair 1', blurb: 'A blurb.' } },
        { label: 'words', path: ['products', 1], data: { name: 'Chair 2', blurb: 'A blurb.' } },
      ]);
      const last = rest.at(-1);
      expect(last?.hasNext).toBe(false);
      expect(last?.extensions?.usage.calls.flatMap(({ paths }) => paths)).toEqual(
        expect.arrayContaining([
          ['products', 0, 'blurb'],
          ['products', 1, 'blurb'],
        ]),
      );
    },
  );
});
