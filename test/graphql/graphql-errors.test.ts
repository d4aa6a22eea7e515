import { buildSchema, execute, type GraphQLError, graphql, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { graphqlErrorOf, maskError } from '../../src/graphql/graphql-errors.ts';

const schema = buildSchema('type Query { it(id: Int!): String  mood: Mood  count: Int } enum Mood { GOOD }');
async function failing(error: unknown): Promise<GraphQLError> {
  const rootValue = {
    it: () => {
      throw error;
    },
  };
  const { errors } = await execute({ schema, document: parse('{ it(id: 1) }'), rootValue });
  if (errors?.[0] === undefined) throw new Error('It did not fail.');
  return errors[0];
}

describe('a masked error', () => {
  it('a masked error keeps our code and its place, and tells the log', async () => {
    const logged: GatewayError[] = [];
    const error = new GatewayError('RATE_LIMITED', 'Wait.', { retryAfterMs: 99.5 });
    const masked = maskError(await failing(error), (known) => logged.push(known)).toJSON();
    expect(masked).toMatchObject({
      message: 'Wait.',
      path: ['it'],
      extensions: { code: 'RATE_LIMITED', errorId: error.errorId, retryable: true, retryAfterMs: 100 },
    });
    expect(logged).toEqual([error]);
  });

  it('a masked error is the same for an error that a resolver has coded already', async () => {
    const error = new GatewayError('FORBIDDEN', 'No.');
    const masked = maskError(await failing(graphqlErrorOf(error)), () => {});
    expect(masked.toJSON()).toMatchObject({ path: ['it'], extensions: { code: 'FORBIDDEN', errorId: error.errorId } });
  });

  it('a masked error says nothing of a fault of ours', async () => {
    const logged: GatewayError[] = [];
    const masked = maskError(await failing(new Error('password=hunter2')), (known) => logged.push(known));
    const text = JSON.stringify(masked);
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('stack');
    expect(masked.extensions).toMatchObject({ code: 'INTERNAL', errorId: logged[0]?.errorId });
    expect(logged[0]?.cause).toMatchObject({ message: 'password=hunter2' });
  });

  it('a masked error passes what GraphQL itself refuses, as BAD_REQUEST', async () => {
    const { errors } = await graphql({ schema, source: '{ nothing }' });
    const logged: GatewayError[] = [];
    const masked = maskError(errors?.[0], (error) => logged.push(error));
    expect(logged).toMatchObject([{ code: 'BAD_REQUEST', errorId: masked.extensions['errorId'] }]);
    expect(masked.toJSON()).toMatchObject({
      message: expect.stringContaining('nothing'),
      locations: [{ line: 1, column: 3 }],
      extensions: { code: 'BAD_REQUEST' },
    });
  });

  it.each(['mood', 'count'])(
    'a masked error says nothing of a value that does not fit its field: no caller has written it (%s)',
    async (field) => {
      const { errors } = await graphql({ schema, source: `{ ${field} }`, rootValue: { mood: 'hunter2', count: 'hunter2' } });
      const masked = maskError(errors?.[0], () => {}).toJSON();
      expect(masked).toMatchObject({ path: [field], extensions: { code: 'INTERNAL' } });
      expect(JSON.stringify(masked)).not.toContain('hunter2');
    },
  );

  it('a masked error tells of an argument that is missing when the field is reached', async () => {
    const source = 'query ($id: Int = 1) { it(id: $id) }';
    const { errors } = await graphql({ schema, source, variableValues: { id: null } });
    expect(maskError(errors?.[0], () => {})).toMatchObject({
      message: expect.stringContaining('"id"'),
      extensions: { code: 'BAD_REQUEST' },
    });
  });

  it('a masked error masks what is no error at all', () => {
    expect(maskError('boom', () => {}).extensions).toMatchObject({ code: 'INTERNAL' });
  });
});
