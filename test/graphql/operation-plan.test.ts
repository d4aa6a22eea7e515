/** Plans against graphql-js: the same data, errors, order and calls, whatever is selected and whatever the resolver gives. */
import fc from 'fast-check';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isCompositeType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/core/call/call.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { planOf } from '../../src/graphql/plan/operation-plan.ts';
import { plainFields, plannedRoots } from '../../src/graphql/plan/plain-fields.ts';
import { priceTreeOf } from '../../src/graphql/quote/read-price-tree.ts';
import type { RunState } from '../../src/runs/run.ts';
import { graphqlEngine } from '../../src/server/engine.ts';
import { perRound } from '../rounds.ts';
import { context, embeds, fails, gateway, principal, says } from './fakes.ts';

const values = { input: { prompt: { text: 'Why is the sky blue?' } }, texts: { texts: ['one', 'two'] }, yes: true };

async function byEngine(schema: GraphQLSchema, document: DocumentNode, who: Principal): Promise<ExecutionResult> {
  const operation = getOperationAST(document);
  if (operation === null || operation === undefined) throw new Error('There is no operation.');
  const bound = graphqlEngine(() => schema)(context(who), document);
  const coerced = priceTreeOf(bound.schema, document, null).coerceVariables(values);
  return (await bound.execute({ document, operation, operationName: null, variables: values, coerced })) as ExecutionResult;
}

const byGraphqlJs = async (schema: GraphQLSchema, document: DocumentNode, who: Principal): Promise<ExecutionResult> =>
  execute({ schema, document, variableValues: values, contextValue: context(who) });

/** As clients read it, in its order; ids are made anew for each call. */
const written = (result: ExecutionResult): string => JSON.stringify(result).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'an id');

/** A selection of the type: fields by choice, under aliases and in fragments by choice. */
function selection(of: GraphQLOutputType, schema: GraphQLSchema, depth: number): fc.Arbitrary<string> {
  const type = getNamedType(of);
  if (!isCompositeType(type)) return fc.constant('');
  const texts = isObjectType(type)
    ? Object.values(type.getFields()).flatMap(({ name, type: of }) =>
        depth === 0 && isCompositeType(getNamedType(of)) ? [] : [selected(name, type, selection(of, schema, depth - 1))],
      )
    : [
        ...schema.getPossibleTypes(type).map((member) => selection(member, schema, depth).map((inner) => `... on ${member.name} ${inner}`)),
        fc.constant('... on Failure { code message }'),
      ];
  return fc.subarray(texts).chain((chosen) => fc.tuple(...chosen).map((all) => `{ __typename ${all.join(' ')} }`));
}

const selected = (name: string, type: GraphQLObjectType, inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  inner.chain((set) =>
    fc.constantFrom(
      `${name} ${set}`,
      `a_${name}: ${name} ${set}`,
      `${name} ${set} ${name} ${set}`,
      `... { ${name} ${set} }`,
      `... on ${type.name} { ${name} ${set} }`,
    ),
  );

const roots = [
  { operation: 'query ($input: CompletionInput!)', type: 'Query', field: 'completion', call: 'completion(input: $input)' },
  { operation: 'mutation ($input: CompletionInput!)', type: 'Mutation', field: 'complete', call: 'sky: complete(input: $input)' },
  { operation: 'query ($texts: EmbeddingInput!)', type: 'Query', field: 'embedding', call: 'embedding(input: $texts)' },
  { operation: 'query', type: 'Query', field: 'completionById', call: 'completionById(id: "nobody knows it")' },
  { operation: 'query', type: 'Query', field: 'completion', call: 'completion(input: { prompt: { text: "Hi" }, route: "nowhere" })' },
] as const;

function documents(schema: GraphQLSchema): fc.Arbitrary<DocumentNode> {
  return fc.constantFrom(...roots).chain(({ operation, type, field, call }) => {
    const root = schema.getType(type);
    const returned = isObjectType(root) ? root.getFields()[field]?.type : undefined;
    if (returned === undefined) throw new Error(`There is no ${type}.${field}.`);
    return fc.tuple(selection(returned, schema, 3), fc.boolean()).map(([selected, spread]) => {
      if (!spread) return parse(`${operation} { ${call} ${selected} }`);
      const name = getNamedType(returned).name;
      return parse(`${operation} { ${call} { ...Said } } fragment Said on ${name} ${selected}`);
    });
  });
}

const tool: Chunk = { type: 'tool-call', id: '1', name: 'look', argumentsText: '{"at":1}', done: true, opaque: 'sig' };
const refused = new GatewayError('RATE_LIMITED', 'Too many calls.', { limit: 'calls', retryAfterMs: 5 });
const spent = new GatewayError('BUDGET_EXCEEDED', 'The budget is spent.', { limit: 'key:ada' });
const scripts = {
  says: says('Because ', 'of air.'),
  calls: () => [
    { type: 'reasoning', text: 'Hm.' },
    tool,
    { type: 'warning', message: 'No seed.' },
    { type: 'finish', reason: 'tool-calls' },
  ],
  refuses: fails(refused),
  spends: fails(spent),
  breaks: fails(new TypeError('A bug.')),
  embeds,
} as const satisfies Record<string, Parameters<typeof gateway>[0]>;

const principals: readonly Principal[] = [
  principal(),
  principal({ scopes: ['ai:usage'] }),
  principal({ kind: 'anonymous', id: 'anonymous', scopes: [], routes: [] }),
];

describe('a plan', () => {
  it('a plan answers what graphql-js answers, in its order, and asks the model as often', async () => {
    let script: Parameters<typeof gateway>[0] = scripts.says;
    const asked = gateway((request, call) => script(request, call), { now: () => Date.parse('2026-11-28T00:00:00Z') });
    const asking = fc.tuple(documents(asked.schema), fc.constantFrom(...Object.values(scripts)), fc.constantFrom(...principals));
    await fc.assert(
      fc.asyncProperty(asking, async ([document, chosen, who]) => {
        fc.pre(validate(asked.schema, document).length === 0);
        script = chosen;
        const before = asked.requests.length;
        const planned = await byEngine(asked.schema, document, who);
        const once = asked.requests.length - before;
        const usual = await byGraphqlJs(asked.schema, document, who);
        expect(written(planned)).toBe(written(usual));
        expect(asked.requests.length - before).toBe(2 * once);
      }),
      { numRuns: perRound(80, 3_000) },
    );
  });

  it('a plan leaves answers that no field can show to graphql-js, with the same errors at the same paths, and asks nobody twice', async () => {
    const odd = fc.constantFrom<unknown>(
      ...[null, undefined, 42, {}, [], [null], ['said', null], new Error('said'), Promise.resolve('later'), () => 'called', Number.NaN],
    );
    const completion = fc.record({ text: odd, parts: odd, object: odd, finishReason: odd, warnings: odd, citations: fc.constant([]) });
    const state = fc.record({
      id: fc.constantFrom<unknown>('one', null, 7),
      status: fc.constantFrom<unknown>('COMPLETED', 'DREAMING', null),
      completion,
      failure: fc.constant(null),
      settlement: fc.constantFrom<unknown>(null, {}, 'nothing'),
      route: fc.constantFrom<unknown>('default', null),
    });
    let given: unknown = null;
    let answers = 0;
    const { runs } = gateway(scripts.says).services;
    const answer = async (): Promise<RunState> => {
      answers += 1;
      return given as RunState;
    };
    const { schema } = gateway(scripts.embeds, { runs: { ...runs, answer } });
    const answered = fc.oneof(state, fc.constantFrom<unknown>(null, 'text', new Error('given')));
    await fc.assert(
      fc.asyncProperty(documents(schema), answered, async (document, value) => {
        fc.pre(validate(schema, document).length === 0);
        given = value;
        answers = 0;
        const planned = await byEngine(schema, document, principal());
        const once = answers;
        const usual = await byGraphqlJs(schema, document, principal());
        expect(written(planned)).toBe(written(usual));
        expect(answers).toBe(2 * once);
      }),
      { numRuns: perRound(80, 3_000) },
    );
  });

  it('a plan is made of fields and roots that the schema has', () => {
    for (const coordinate of [...plainFields, ...plannedRoots]) {
      const [name = '', field = ''] = coordinate.split('.');
      const type = schema.getType(name);
      expect(isObjectType(type) ? Object.keys(type.getFields()) : [], coordinate).toContain(field);
    }
  });

  const { schema } = gateway(says('Hi.'));
  const operationOf = (text: string) => {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    const operation = getOperationAST(document);
    return operation === null || operation === undefined ? null : planOf(schema, document, operation);
  };

  it.each([
    'query ($input: CompletionInput!) { completion(input: $input) { __typename ... on Completion { text finishReason usage { totalTokens cost { amount } } } ... on Failure { code message } } }',
    'mutation ($input: CompletionInput!) { asked: complete(input: $input) { ...Said } } fragment Said on CompletionResult { ... on Completion { id parts { ... on TextPart { text } } } ... on BudgetExceeded { budget { name spent { amount } } } }',
    '{ embedding(input: { texts: ["one"] }) { ... on Embedding { vectors } } }',
    '{ completionById(id: "1") { status provenance { model attempts { outcome } } } }',
  ])('a plan is made for %s', (text) => {
    expect(operationOf(text)).not.toBeNull();
  });

  it('a plan reads an answer, and a failure that is shown as data, without graphql-js', async () => {
    const document = parse(
      'query ($input: CompletionInput!) { completion(input: $input) { __typename ... on Completion { text finishReason usage { cost { amount } } parts { ... on TextPart { text } } provenance { attempts { outcome } } } ... on Failure { code } } }',
    );
    const operation = getOperationAST(document);
    const unused = (): never => {
      throw new Error('graphql-js was asked.');
    };
    for (const [script, typename] of [
      [scripts.says, 'Completion'],
      [scripts.refuses, 'RateLimited'],
    ] as const) {
      const { schema } = gateway(script);
      const plan = operation === null || operation === undefined ? null : planOf(schema, document, operation);
      const result = await plan?.({ context: context(), variables: values, fallback: unused });
      expect(result).toMatchObject({ data: { completion: { __typename: typename } } });
    }
  });

  it.each([
    ['two root fields', '{ a: completionById(id: "1") { id } b: completionById(id: "2") { id } }'],
    ['a fragment at the root', '{ ... { completionById(id: "1") { id } } }'],
    ['a condition', 'query ($yes: Boolean!) { completionById(id: "1") { id text @include(if: $yes) } }'],
    ['a condition in a fragment', 'query ($yes: Boolean!) { completionById(id: "1") { id ... @skip(if: $yes) { text } } }'],
    ['a failure, whose budget is asked for', '{ completionById(id: "1") { failure { code } } }'],
    ['sources, which are looked up', '{ completionById(id: "1") { citations { passage { text } } } }'],
    ['another root field', '{ aiRoutes { name } }'],
    ['a field of no type of ours', '{ __typename }'],
    [
      'more fields than a plan may have',
      `{ completionById(id: "1") { ${Array.from({ length: 201 }, (_, index) => `t${index}: text`).join(' ')} } }`,
    ],
  ])('a plan is not made for %s', (_, text) => {
    expect(operationOf(text)).toBeNull();
  });
});
