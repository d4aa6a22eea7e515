import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { documentReader } from '../../../src/server/document/document.ts';
import { serverLimits } from '../../../src/server/server-limits.ts';

/** Some 4,600 tokens in 9 kB: 1.7 MB when it is parsed. */
const large = (name: string): string => `query ${name} { self { a(x: [${'1,'.repeat(4_600)}]) } }`;
/** Room for two large documents. */
const maxKeptBytes = 5 * 1024 * 1024;
const small = (name: string): string => `query ${name} { hello }`;

describe('the documents that are remembered', () => {
  it('the documents that are remembered are the last ones, so that an operation is parsed and validated once', () => {
    const read = documentReader(serverLimits({}));
    const first = read(small('First'), null).document;
    for (let n = 0; n < 500; n += 1) read(small(`Other${n}`), null);
    expect(read(small('First'), null).document === first).toBe(true);
  });

  it('the documents that are remembered are as few as they are large: strangers fill this memory, before anybody is asked for a key', () => {
    const read = documentReader(serverLimits({}), maxKeptBytes);
    const first = read(large('First'), null).document;
    read(large('Second'), null);
    expect(read(large('First'), null).document === first).toBe(true);
    for (let n = 0; n < 2; n += 1) read(large(`Other${n}`), null);
    expect(read(large('First'), null).document === first).toBe(false);
  });

  it.each([
    ['with escaped characters, each a link of a chain', (n: number) => `{ hello(name: "${'\\n'.repeat(99_000)}${n}") }`, 0, 2],
    [
      'with strings that are kept beside the text',
      (n: number) => `{ hello(name: """${`${'x'.repeat(99)}\n`.repeat(9_000)}${n}""") }`,
      0,
      2,
    ],
    ['that were refused, each with its errors', (n: number) => `{ unknown${n} }`, 1, 100],
  ] as const)('the documents that are remembered weigh what is kept of them: those %s', (_, document, errors, count) => {
    const read = documentReader(serverLimits({}), maxKeptBytes);
    const first = read(document(0), null).document;
    expect(read(document(0), null).document === first).toBe(true);
    for (let n = 0; n < count; n += 1) read(document(n), null).noteErrors(errors);
    expect(read(document(0), null).document === first).toBe(false);
  });

  it('the documents that are remembered have no more escaped characters than can be read at once', () => {
    const read = documentReader(serverLimits({}));
    expect(() => read(`{ hello(name: "${'\\n'.repeat(100_001)}") }`, null)).toThrow('at most 100000');
  });

  it('the documents that are remembered have no name that is longer than a thousand characters: each mistake may repeat it', () => {
    const read = documentReader(serverLimits({}));
    expect(() => read(`query ${'n'.repeat(1_001)} { hello }`, null)).toThrow(
      'A name in the document has 1001 characters; this gateway accepts at most 1000.',
    );
    expect(read(`query ${'n'.repeat(1_000)} { hello(name: "${'n'.repeat(5_000)}") }`, null).operation.operation).toBe('query');
  });

  it('the documents that are remembered have no more fields of one name at one place, or fragments, than are compared with each other in one turn of the event loop', () => {
    const read = documentReader(serverLimits({}));
    const at = (places: number, fields: number): string => `{ ${`self { ${'hello '.repeat(fields)} } `.repeat(places)} }`;
    const sideBySide = (count: number): string => `{ self { ${'... on Query { hello } '.repeat(count)} } }`;
    for (const accepted of [at(1, 600), at(4, 300), sideBySide(300)]) expect(read(accepted, null).measures.depth).toBe(2);
    for (const refused of [at(1, 700), at(5, 300), sideBySide(350), `{ hello } fragment Unused on Query { ${'hello '.repeat(700)} }`])
      expect(() => read(refused, null)).toThrow(/side by side.*Up to 300 at one place are accepted/);
  });

  it('documents ask for as much of the schema as any tool does, and not for all of it thirty times, nor for its types by its fields', () => {
    const read = documentReader(serverLimits({}));
    const whole = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true, schemaDescription: true });
    const ofType = '{ __type(name: "A") { fields { type { fields { name } } } } }';
    for (const accepted of [whole, ofType, '{ types { fields { types { fields { types { name } } } } } }'])
      expect(read(accepted, null).operation.operation).toBe('query');
    const aliases = Array.from({ length: 6 }, (_, n) => `a${n}: __schema { types { ...T } }`).join(' ');
    expect(() => read(`{ ${aliases} } fragment T on __Type { fields { args { name } } }`, null)).toThrow(
      'has 18 lists of the schema (types, fields, args, ...) in it; this gateway accepts at most 16',
    );
    expect(() => read('{ __schema { types { fields { type { fields { name } } } } } }', null)).toThrow(
      /nest 3 deep, such as the fields of the types of fields; this gateway accepts 2/,
    );
  });

  it('the documents that are remembered have no more comments than tokens: each is kept as one', () => {
    const read = documentReader(serverLimits({}));
    expect(() => read(`${'#\n'.repeat(5_001)}{ hello }`, null)).toThrow('at most 5000 comments');
    expect(read(`${'#\n'.repeat(4_000)}{ hello }`, null).operation.operation).toBe('query');
  });
});
