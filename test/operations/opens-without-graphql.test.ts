/** What a door of any protocol does: open an operation, choose a route, make a Call, settle it, close. Nothing of GraphQL is in it. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Principal } from '../../src/core/call/call.ts';
import { collect } from '../../src/core/chunk.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { admission } from '../../src/operations/admit.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { callFor } from '../../src/operations/field-call.ts';
import { type OperationHooks, type OperationInput, operationHooks } from '../../src/operations/open.ts';
import { checkLength, chooseRoute } from '../../src/operations/route-choice.ts';
import { answerMemory } from '../../src/pipeline/cache/kept-answers.ts';
import { pipeline } from '../../src/pipeline/pipeline.ts';
import { fixedArguments } from '../../src/pricing/field-arguments.ts';
import type { PriceTree } from '../../src/pricing/price-tree.ts';
import { healthBook } from '../../src/routing/health.ts';
import { type EmbeddedStorage, openStorage } from '../../src/storage/open-storage.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { lasting, passes, route, says } from '../doubles.ts';
import { faced } from '../faces.ts';

const dollar = 1_000_000_000;
const principal: Principal = {
  id: 'key:ada',
  kind: 'key',
  team: 'search',
  scopes: ['ai:use'],
  routes: ['default'],
  limits: [{ kind: 'budget', name: 'key:ada', per: 'month', most: dollar }],
};

const opened: EmbeddedStorage[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((storage) => storage.close()));
});

/** A door over real stores in memory and the real pipeline, with a provider that says "Hi.". */
async function door(ceiling: number) {
  const storage = await openStorage({ folder: null });
  opened.push(storage);
  const routes = new Map([['default', route('default', [says('Hi.')])]]);
  const handle = faced(
    pipeline({
      routes,
      ledger: storage.ledger,
      limits: storage.limits,
      leases: lasting,
      guard: passes,
      validate: passes,
      cache: answerMemory(),
      health: healthBook(),
      log: silentLog,
    }),
  );
  const hooks = operationHooks({
    authenticate: async () => principal,
    limits: storage.limits,
    leases: { watch: () => () => {} },
    admission: admission({
      rules: {
        ceilingOf: (coordinate) =>
          coordinate === 'GET /products/{id}/summary'
            ? ({ words }) => ({ inputTokens: 10, outputTokens: Number(words), cost: ceiling })
            : null,
        listSizeOf: () => null,
        assumedListSize: 100,
      },
      maxCostPerOperation: dollar / 2,
      entityFields: new Set(['GET /products/{id}/summary']),
    }),
    maxCostPerOperation: dollar / 2,
  });
  const services = { routes: () => [...routes.values()], now: Date.now };
  return { storage, hooks, handle, services };
}

const input = (headers: OperationInput['headers'] = {}): OperationInput => ({
  authorization: 'Bearer ada',
  client: 'shop',
  headers,
  operationName: 'summary',
  documentId: null,
  lastEventId: null,
  signal: new AbortController().signal,
  stop: () => {},
});

const tree: PriceTree = {
  unfoldedFields: 1,
  coerceVariables: (given) => given,
  selections: [
    {
      kind: 'field',
      name: 'summary',
      responseKey: 'summary',
      coordinates: ['GET /products/{id}/summary'],
      conditions: [],
      arguments: fixedArguments({ words: 30 }),
      result: null,
    },
  ],
};
const admit = ({ admitOperation }: OperationHooks, context: OperationContext) => admitOperation?.(context, { tree, variables: {} });

it('an operation is opened, its Call is made and settled, and the money it did not use is free again, without a document', async () => {
  const { storage, hooks, handle, services } = await door(1_000_000);
  const context = await hooks.openOperation(input());
  await expect(admit(hooks, context)).resolves.toBeNull();
  expect(await storage.limits.budgets(principal.limits)).toMatchObject([{ spent: 0, held: 1_000_000 }]);

  const request = completionRequest('Sum it up.', { maxOutputTokens: 30 });
  const chosen = chooseRoute(services.routes(), context.principal, 'default', 'completion');
  checkLength(request, chosen);
  const field = { coordinate: 'GET /products/{id}/summary', paths: () => [['summary']] };
  const cache = { mode: 'default', maxAgeSeconds: null } as const;
  const call = callFor({ services, context, field }, { route: chosen.name, cache, tags: {}, signal: context.signal, reserved: 1_000_000 });
  await expect(collect(handle(request, call))).resolves.toMatchObject({ text: 'Hi.' });
  const usage = context.usage.extension();
  expect(usage?.calls).toMatchObject([{ callId: call.id, coordinate: field.coordinate, paths: [['summary']], route: 'default' }]);
  expect(Number(usage?.cost)).toBeGreaterThan(0);

  await hooks.closeOperation(context);
  const spent = Math.round(Number(usage?.cost) * dollar);
  // What was reserved and not drawn is given back when the call settles, and nobody waits for that.
  await expect.poll(() => storage.limits.budgets(principal.limits), { timeout: 30_000 }).toMatchObject([{ spent, held: 0 }]);
  await storage.ledger.flush();
  const { totals } = await storage.ledger.totals({
    from: 0,
    to: Date.now() + 1_000,
    groupBy: ['coordinate'],
    interval: null,
    first: 10,
    after: null,
    only: null,
  });
  expect(totals).toMatchObject([{ key: { coordinate: field.coordinate }, calls: 1, cost: spent }]);
});

it('an operation that could cost more than one may is refused before it runs, or told its price when it asks for that alone', async () => {
  const { storage, hooks } = await door(dollar);
  const context = await hooks.openOperation(input());
  await expect(admit(hooks, context)).rejects.toMatchObject({
    code: 'COST_LIMIT_EXCEEDED',
    message: expect.stringContaining('summary costs most: 1 calls'),
  });
  await hooks.closeOperation(context);
  const asking = await hooks.openOperation(input({ 'x-fieldgate-quote': 'only' }));
  await expect(admit(hooks, asking)).resolves.toMatchObject({ cost: '1', outputTokens: 30 });
  await hooks.closeOperation(asking);
  expect(await storage.limits.budgets(principal.limits)).toMatchObject([{ spent: 0, held: 0 }]);
});

/** All files that these import, and those that they import in turn. */
function reachedFrom(files: readonly string[]): readonly string[] {
  const reached = new Set(files);
  for (const file of reached) {
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)) {
      const target = join(dirname(file), path);
      if (existsSync(target)) reached.add(target);
    }
  }
  return [...reached];
}

it('nothing that operations import, and nothing that those files import in turn, imports graphql', () => {
  const reached = reachedFrom(globSync('src/operations/*.ts'));
  expect(reached.length).toBeGreaterThan(30);
  expect(reached.filter((file) => /['"](?:@?graphql[^'"]*)['"]/.test(readFileSync(file, 'utf8')))).toEqual([]);
  expect(reached.filter((file) => /^src\/(graphql|federation|server|assembly|fields)\//.test(file))).toEqual([]);
});
