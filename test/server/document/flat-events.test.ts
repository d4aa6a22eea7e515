import fc from 'fast-check';
import { execute, type GraphQLSchema, isObjectType, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { emptyCompletion } from '../../../src/core/chunk.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import type { RunEvent, RunEventBody, RunState } from '../../../src/runs/run.ts';
import { answerFlat } from '../../../src/server/document/flat-events.ts';
import { context, gateway, says } from '../../graphql/fakes.ts';
import { perRound } from '../../rounds.ts';

const { schema } = gateway(says('Hi.'));
const contextValue = context();
const state: RunState = {
  id: 'c1',
  status: 'COMPLETED',
  completion: { ...emptyCompletion, text: 'Hi.' },
  failure: null,
  settlement: null,
  route: 'default',
};

const bodies: fc.Arbitrary<RunEventBody> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: fc.string({ unit: 'binary' }), offset: fc.nat() }),
  fc.record({ type: fc.constant('reasoning' as const), text: fc.string(), offset: fc.nat() }),
  fc.record({
    type: fc.constant('tool-call-delta' as const),
    callId: fc.string(),
    name: fc.string(),
    argumentsText: fc.string(),
    offset: fc.nat(),
  }),
  fc.record({ type: fc.constant('object' as const), object: fc.oneof(fc.jsonValue(), fc.constant(null)) }),
  fc.constant({ type: 'started' as const, state }),
  fc.constant({ type: 'finished' as const, state }),
  fc.constant({ type: 'failed' as const, state, failure: new GatewayError('STREAM_STALLED', 'It fell silent.') }),
);
const events: fc.Arbitrary<RunEvent> = fc
  .tuple(fc.nat({ max: 2 ** 31 - 1 }), fc.string(), fc.string(), bodies)
  .map(([seq, cursor, completionId, body]) => ({ seq, cursor, completionId, ...body }));

const common = ['__typename', 'seq', 'cursor', 'completionId'];
const ofType: Readonly<Record<string, readonly string[]>> = {
  TextDelta: [...common, 'text', 'offset'],
  ReasoningDelta: [...common, 'text'],
  ToolCallDelta: [...common, 'callId', 'name', 'argumentsText'],
  ObjectDelta: [...common, 'object'],
  CompletionStarted: [...common, 'completion { id text status }'],
  CompletionFinished: [...common, 'completion { text }'],
  CompletionFailed: [...common, 'failure { code message }'],
};
const aliases = fc.constantFrom('', '', '', 'a: ', 'b: ', 'then: ', 'constructor: ');
const fieldsOf = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(aliases, fc.constantFrom(...names)), { minLength: 1, maxLength: 5 })
    .map((all) => all.map((one) => one.join('')).join(' '));
const parts: fc.Arbitrary<string> = fc.oneof(
  fieldsOf(common),
  fc.constantFrom(...Object.keys(ofType)).chain((type) => fieldsOf(ofType[type] ?? []).map((fields) => `... on ${type} { ${fields} }`)),
  fieldsOf(common).map((fields) => `... { ${fields} }`),
  fieldsOf(common).map((fields) => `... on CompletionEvent { ${fields} }`),
  fc.constantFrom('...Spread', '...SpreadOfText', 'seq @skip(if: false)', '... @include(if: false) { cursor }'),
);
const documents = fc
  .tuple(fc.array(parts, { minLength: 1, maxLength: 6 }), fc.constantFrom('', 'alias: '))
  .map(
    ([
      selections,
      alias,
    ]) => `subscription ($input: CompletionInput!) { ${alias}completionStream(input: $input) { ${selections.join(' ')} } }
      fragment Spread on CompletionEvent { seq ...SpreadOfText }
      fragment SpreadOfText on TextDelta { __typename text }`,
  )
  .map((text) => parse(text))
  // An alias that stands for two fields, and a fragment that nobody spreads.
  .filter((document) => validate(schema, document).every(({ message }) => /is never used/.test(message)));

const answersOf = (document: ReturnType<typeof parse>, of: GraphQLSchema = schema) => answerFlat({ schema: of, document, contextValue });

describe('an event that is answered without execution', () => {
  it('an event that is answered without execution is answered as graphql-js answers it, to the letter, whatever is selected', async () => {
    await fc.assert(
      fc.asyncProperty(documents, events, async (document, event) => {
        const rootValue = { completionStream: event };
        const flat = answersOf(document)?.(rootValue) ?? null;
        const executed = await execute({
          schema,
          document,
          rootValue,
          contextValue,
          variableValues: { input: { prompt: { text: 'Why?' } } },
        });
        if (flat !== null) expect(JSON.stringify(flat)).toBe(JSON.stringify(executed));
      }),
      { numRuns: perRound(200, 10_000) },
    );
  });

  it('an event that is answered without execution is every piece of text, by whatever fragments it is selected, where no directive stands', () => {
    const event = { seq: 2, cursor: 'x', completionId: 'c1', type: 'text', text: 'Hi.', offset: 0 };
    for (const selection of ['...Delta', '... on TextDelta { text } seq', '... on CompletionEvent { ... on TextDelta { text } seq }']) {
      const document = parse(
        `subscription { completionStream(input: {}) { ${selection} ... on CompletionStarted { completion { id } } } } fragment Delta on TextDelta { text seq }`,
      );
      expect(answersOf(document)?.({ completionStream: event })).toEqual({ data: { completionStream: { text: 'Hi.', seq: 2 } } });
    }
  });

  it('an event that is answered without execution is none that has an object in a selected field, or a type whose field is resolved by code', () => {
    const document = parse('subscription { completionStream(input: {}) { seq ... on CompletionStarted { completion { id } } } }');
    expect(answersOf(document)?.({ completionStream: { type: 'started', seq: 1, state } })).toBeNull();
    const text = parse('subscription { completionStream(input: {}) { ... on TextDelta { text } } }');
    const event = { completionStream: { type: 'text', text: 'Hi.' } };
    const resolved = gateway(says('Hi.')).schema;
    const type = resolved.getType('TextDelta');
    const field = isObjectType(type) ? type.getFields()['text'] : undefined;
    if (field === undefined) throw new Error('There is no text in TextDelta.');
    field.resolve = () => 'Ho.';
    expect(answersOf(text)?.(event)).not.toBeNull();
    expect(answersOf(text, resolved)?.(event)).toBeNull();
  });

  it('an event that is answered without execution is none of an operation with directives, or with several subscriptions', () => {
    expect(answersOf(parse('subscription { completionStream(input: {}) { seq @skip(if: true) cursor } }'))).toBeNull();
    expect(answersOf(parse('subscription { a: completionStream(input: {}) { seq } b: completionStream(input: {}) { seq } }'))).toBeNull();
  });
});
