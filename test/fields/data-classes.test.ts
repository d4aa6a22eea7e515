import { describe, expect, it } from 'vitest';
import { ruleBookOf } from '../../src/assembly/routes.ts';
import { readFields } from '../../src/fields/read-fields.ts';
import { plainConfig } from '../plain-config.ts';

const completion = (prompt: string): string =>
  `@completion(prompt: "${prompt}", maxInputTokens: 50, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]])`;
const read = readFields([
  {
    file: 'a.graphql',
    sdl: `extend type Person @key(fields: "id") @indexed(index: "people", text: "{phone}", from: "people") { id: ID! name: String! phone: String
      call: String ${completion('Call {phone}.')} greeting: String ${completion('Greet {name}.')} }`,
  },
]);
const classes = (...others: readonly string[]) => Object.fromEntries(read.dataClasses(others));
const type = (phone: string): string => `type Person @key(fields: "id") { id: ID! name: String! phone: String ${phone} }`;
const link = (imported: string): string => `extend schema @link(url: "https://fieldgate.example.com/data/v1.0", import: [${imported}])`;

describe('classes of data that a subgraph gives to its fields', () => {
  it.each([
    ['by a directive that it defines', `directive @dataClass(name: String!) on FIELD_DEFINITION ${type('@dataClass(name: "personal")')}`],
    ['by one that it imports', `${link('"@dataClass"')} ${type('@dataClass(name: "personal")')}`],
    ['by one that it imports under another name', `${link('{ name: "@dataClass", as: "@class" }')} ${type('@class(name: "personal")')}`],
    ['by one that it does not import', `${link('')} ${type('@data__dataClass(name: "personal")')}`],
    ['in an extension', `type Person @key(fields: "id") { id: ID! } extend ${type('@dataClass(name: "personal")')}`],
  ])('classes of data that a subgraph gives to its fields %s are those of what reads them', (_, sdl) => {
    expect(classes('type Query { a: Int }', sdl)).toEqual({ 'Person.call': ['personal'], 'Index.people': ['personal'] });
  });

  it('classes of data of several subgraphs are added up, and a field that nothing reads has no effect', () => {
    const other = (name: string): string => type(`@dataClass(name: "${name}")`);
    expect(classes(other('personal'), other('secret'), 'type Person { name: String }')).toMatchObject({
      'Person.call': ['personal', 'secret'],
    });
    expect(classes('type Person { email: String @dataClass(name: "personal") } input I { phone: String @dataClass(name: "x") }')).toEqual(
      {},
    );
  });

  it('classes of data are all that rules name for what reads other subgraphs while their SDL is not known', () => {
    const config = { ...plainConfig, rules: [{ name: 'a', dataClasses: ['personal'], regions: ['eu'] }] };
    let others: readonly string[] | null = null;
    const { classesOf } = ruleBookOf(config, read, () => others);
    expect([classesOf('Person.call'), classesOf('Query.completion')]).toEqual([['personal'], []]);
    others = [type('')];
    expect(classesOf('Person.call')).toEqual([]);
    others = [type('@dataClass(name: "personal")')];
    expect([classesOf('Person.call'), classesOf('Person.greeting')]).toEqual([['personal'], []]);
  });
});
