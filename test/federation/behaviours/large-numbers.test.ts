/** Whole numbers that JavaScript would round, through either engine: in answers, in literals, and in what one subgraph is asked with of another. */
import { describe, expect, it } from 'vitest';
import { answered, type RawSubgraphs, rawSubgraphs } from '../raw-subgraphs.ts';
import { engines } from '../run-operation.ts';

const large = '9007199254740993';

describe.each(engines)('a whole number above 2^53, by %s,', (engine, openPlanner) => {
  const over = async (sdls: Readonly<Record<string, string>>): Promise<RawSubgraphs> => rawSubgraphs(sdls, {}, await openPlanner());

  it(`a whole number above 2^53, by ${engine}, leaves as it came, alone, in lists and in objects`, async () => {
    const graph = await over({ raw: 'scalar BigInt scalar JSON type Query { one: BigInt many: [BigInt!]! json: JSON }' });
    const data = `{"one":${large},"many":[${large},1],"json":{"deep":[12345678901234567890,"x"]}}`;
    graph.answers['raw'] = answered(`{"data":${data}}`);
    expect(JSON.stringify(await graph.ask('{ one many json }'))).toBe(`{"data":${data}}`);
  });

  it(`a whole number above 2^53, by ${engine}, is an exact text as an ID, as is every whole number, alone, in lists and in objects`, async () => {
    const graph = await over({ raw: 'type Query { id: ID ids: [[ID!]] thing: Thing } type Thing { id: ID! }' });
    graph.answers['raw'] = answered(`{"data":{"id":9223372036854775807,"ids":[[${large},7,-1e2,"x"],null],"thing":{"id":${large}}}}`);
    expect(JSON.stringify(await graph.ask('{ id ids thing { id } }'))).toBe(
      `{"data":{"id":"9223372036854775807","ids":[["${large}","7","-100","x"],null],"thing":{"id":"${large}"}}}`,
    );
  });

  it(`a whole number above 2^53, by ${engine}, is an ID where it is written in digits, and what is no whole number is none`, async () => {
    const graph = await over({ raw: 'type Query { id: ID ids: [ID]}' });
    for (const text of ['1.5', '0.12345678901234567890', '1e21', '1e400', 'true', '{}']) {
      graph.answers['raw'] = answered(`{"data":{"id":${text},"ids":["x",${text}]}}`);
      const { data, errors } = await graph.ask('{ id ids }');
      expect([text, data]).toEqual([text, { id: null, ids: null }]);
      expect(errors?.map(({ message }) => message)).toEqual([
        expect.stringMatching(/gave a value for "Query\.id" that is no ID\.$/),
        expect.stringMatching(/gave a value for "Query\.ids" that is no ID\.$/),
      ]);
    }
  });

  it(`a whole number above 2^53, by ${engine}, is the same text in the key that another subgraph gets, where it is an ID`, async () => {
    const graph = await over({
      first: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! }',
      second: 'type Thing @key(fields: "id") { id: ID! label: String }',
    });
    graph.answers['first'] = answered(`{"data":{"thing":{"__typename":"Thing","id":${large}}}}`);
    graph.answers['second'] = answered('{"data":{"_entities":[{"__typename":"Thing","label":"large"}]}}');
    expect(await graph.ask('{ thing { id label } }')).toMatchObject({ data: { thing: { id: large, label: 'large' } } });
    expect(JSON.stringify(graph.asked.at(-1)?.variables)).toContain(`"id":"${large}"`);
  });

  it(`a whole number above 2^53, by ${engine}, is no error of a Float, which has as many digits as its subgraph gives or JavaScript knows`, async () => {
    const graph = await over({ raw: 'type Query { float: Float }' });
    graph.answers['raw'] = answered('{"data":{"float":0.123456789012345678}}');
    expect(JSON.stringify(await graph.ask('{ float }'))).toMatch(/^\{"data":\{"float":0\.12345678901234568?\d*\}\}$/);
  });

  it(`a whole number above 2^53, by ${engine}, is no Float where it is above all that JavaScript has, alone and in a list`, async () => {
    const graph = await over({ raw: 'type Query { float: Float floats: [Float!] small: Float }' });
    for (const text of ['1e400', '-1e400', `1${'0'.repeat(309)}`]) {
      graph.answers['raw'] = answered(`{"data":{"float":${text},"floats":[1.5,${text}],"small":1e-400}}`);
      const { data, errors } = await graph.ask('{ float floats small }');
      expect(JSON.stringify(data)).toMatch(/^\{"float":null,"floats":null,"small":(0|1e-400)\}$/);
      expect(errors?.map(({ message }) => message)).toEqual([
        expect.stringMatching(/gave a value for "Query\.float" that is no Float\.$/),
        expect.stringMatching(/gave a value for "Query\.floats" that is no Float\.$/),
      ]);
    }
  });

  it(`a whole number above 2^53, by ${engine}, reaches a subgraph as the client wrote it in the document`, async () => {
    const graph = await over({
      raw: 'scalar BigInt type Query { echo(of: BigInt, in: In, list: [BigInt]): String } input In { of: BigInt many: [BigInt!] }',
    });
    await graph.ask(`{ echo(of: ${large}, in: { of: ${large}, many: [${large}, 1] }, list: [${large}]) }`);
    expect(JSON.stringify(graph.asked).split(large)).toHaveLength(5);
  });

  it(`a whole number above 2^53, by ${engine}, is no more exact than a number with many digits behind its point`, async () => {
    const graph = await over({ raw: 'scalar Decimal type Query { echo(of: Decimal): Decimal }' });
    for (const text of ['12345678901234.123456789', '0.12345678901234567890123', '1e400']) {
      graph.answers['raw'] = answered(`{"data":{"echo":${text},"_client_echo":${text}}}`);
      expect(JSON.stringify(await graph.ask(`{ echo(of: ${text}) }`))).toBe(`{"data":{"echo":${text}}}`);
      expect(JSON.stringify(graph.asked.at(-1))).toContain(text);
    }
  });

  it(`a whole number above 2^53, by ${engine}, is what another subgraph gets of it, as a key and as a required field`, async () => {
    const graph = await over({
      first: 'scalar BigInt type Query { thing: Thing } type Thing @key(fields: "id") { id: BigInt! size: BigInt }',
      second: 'scalar BigInt type Thing @key(fields: "id") { id: BigInt! size: BigInt @external label: String @requires(fields: "size") }',
    });
    graph.answers['first'] = answered(`{"data":{"thing":{"__typename":"Thing","id":${large},"size":9007199254740995}}}`);
    graph.answers['second'] = answered(`{"data":{"_entities":[{"__typename":"Thing","id":${large},"label":"large"}]}}`);
    expect(await graph.ask('{ thing { label } }')).toMatchObject({ data: { thing: { label: 'large' } } });
    const sent = JSON.stringify(graph.asked.at(-1)?.variables);
    expect(sent).toContain(`"id":${large}`);
    expect(sent).toContain('"size":9007199254740995');
  });
});
