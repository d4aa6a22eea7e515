/** A shop over HTTP whose subgraph hides products from customers, with an index of them and models that are doubles. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { onTestFinished } from 'vitest';
import { indexedOf } from '../../src/assembly/graph/entity-indexes.ts';
import type { GatewayError } from '../../src/core/errors.ts';
import { composition } from '../../src/federation/compose/composition.ts';
import { entityPages } from '../../src/federation/entities/entity-pages.ts';
import { visibleEntities } from '../../src/federation/entities/visible-entities.ts';
import { supergraphSchema } from '../../src/federation/supergraph.ts';
import { parseTemplate } from '../../src/fields/template.ts';
import type { Entities, SimilarQuery } from '../../src/retrieval/entities/entities.ts';
import { type EntitiesOptions, openEntities } from '../../src/retrieval/entities/open-entities.ts';
import { openRetrieval } from '../../src/retrieval/open-retrieval.ts';
import type { Retrieval } from '../../src/retrieval/retrieval.ts';
import { openSqlite } from '../../src/storage/database/sqlite.ts';
import { jobMigrations } from '../../src/storage/jobs/migrations.ts';
import { openJobs } from '../../src/storage/jobs/sql-jobs.ts';
import { passageMigrations } from '../../src/storage/passages/migrations.ts';
import type { Passages } from '../../src/storage/passages/passages.ts';
import { openPassages } from '../../src/storage/passages/sql-passages.ts';
import { bothFaces, type ChunkHandler } from '../faces.ts';
import { type RunningSubgraph, runSubgraph } from '../federation/subgraph-server.ts';
import { type Booked, booked, principal, signal } from './doubles.ts';

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  /** For staff alone. */
  readonly hidden?: boolean;
  /** Its description is for staff alone. */
  readonly discreet?: boolean;
}

export interface Shop {
  /** What the subgraph has, by id: tests change it. */
  readonly products: Map<string, Product>;
  readonly subgraph: RunningSubgraph;
  open(handle: ChunkHandler, more?: Partial<EntitiesOptions>): Promise<OpenShop>;
}

export interface OpenShop {
  readonly entities: Entities;
  readonly retrieval: Retrieval;
  readonly passages: Passages;
  readonly book: Booked;
  readonly failures: GatewayError[];
}

interface Context {
  readonly headers: Readonly<Record<string, string | undefined>>;
}
const isStaff = ({ headers }: Context): boolean => headers['x-shop-role'] === 'staff';
export const staff: Context = { headers: { 'x-shop-role': 'staff' } };
export const customer: Context = { headers: {} };

export async function shop(products: readonly Product[]): Promise<Shop> {
  const byId = new Map(products.map((product) => [product.id, product]));
  const maySee = (product: Product, context: Context) => product.hidden !== true || isStaff(context);
  const subgraph = await runSubgraph(
    'products',
    `type Query { products(first: Int = 10, after: ID): [Product!]! }
     type Product @key(fields: "id") { id: ID! name: String! description: String }`,
    {
      Query: {
        products(_: unknown, { first, after }: { first: number; after?: string }, context: Context) {
          const all = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
          return all.filter((product) => (after === undefined || product.id > after) && maySee(product, context)).slice(0, first);
        },
      },
      Product: {
        async __resolveReference({ id }: { id: string }, context: Context) {
          const product = byId.get(id);
          return product !== undefined && maySee(product, context) ? product : null;
        },
        description: ({ description, discreet }: Product, _: unknown, context: Context) =>
          discreet === true && !isStaff(context) ? null : description,
      },
    },
  );
  const folder = mkdtempSync(join(tmpdir(), 'entities-'));
  onTestFinished(async () => {
    await subgraph.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const composed = composition([subgraph]);
  if (!composed.ok) throw new Error('It does not compose.');
  const { supergraphSdl } = composed;
  const fetch = { propagate: ['x-shop-role'], clientHeaders: (context: unknown) => (context as Context).headers, retries: 0 };
  const schema: GraphQLSchema = supergraphSchema({ supergraphSdl, fetch });

  return {
    products: byId,
    subgraph,
    async open(handle, more = {}) {
      const database = openSqlite(join(folder, 'test.db'), [...passageMigrations, ...jobMigrations]);
      const passages = await openPassages(database);
      const jobs = await openJobs(database);
      const book = booked();
      const failures: GatewayError[] = [];
      const entities = openEntities({
        indexes: [{ ...productIndex, embeddingRoute: 'embedding', embeddingModel: 'lexical' }],
        passages,
        jobs,
        handle: bothFaces(handle),
        callFor: book.callFor,
        principal: principal({ id: 'service:indexes', kind: 'service' }),
        page: entityPages({ schema: () => schema, contextFor: () => staff, pageSize: 10 }),
        visible: visibleEntities({ supergraphSdl: () => supergraphSdl, fetch }),
        onFailure: (error) => {
          failures.push(error);
        },
        textsPerCall: 8,
        ...more,
      });
      const retrieval = openRetrieval({
        passages,
        jobs,
        handle: bothFaces(handle),
        collections: {},
        ingestCallFor: book.callFor,
        onFailure: () => {},
        entities,
      });
      onTestFinished(async () => {
        await entities.stop();
        await retrieval.stop();
        await database.close();
      });
      return { entities, retrieval, passages, book, failures };
    },
  };
}

export const productIndex = indexedOf({
  name: 'products',
  typeName: 'Product',
  key: 'id',
  text: parseTemplate('{name}. {description}').template,
  from: 'products',
  place: { file: 'fields.graphql', line: 1 },
});

/** A question to the index, as a field asks it. */
export const asking = (text: string, context: unknown, book: Booked, more: Partial<SimilarQuery> = {}): SimilarQuery => ({
  index: 'products',
  text,
  first: 3,
  except: null,
  principal: principal(),
  signal,
  context,
  callFor: book.callFor,
  ...more,
});
