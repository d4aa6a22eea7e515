import { describe, expect, it } from 'vitest';
import { keywordKinds, keywordRefusal } from '../../../../src/pipeline/validate/schema/schema-keywords.ts';

describe('a keyword of a schema', () => {
  it('a keyword of a schema is taken when it checks something or is for people, and when it is anyone’s own', () => {
    expect([...keywordKinds.keys(), 'x-order', 'x-'].map(keywordRefusal).filter((refusal) => refusal !== null)).toEqual([]);
  });

  it.each([
    ['$async', 'Without $async the schema would be accepted.'],
    ['$data', 'A number or a text in its place would be accepted.'],
    ['$dynamicRef', 'A $ref such as "#/$defs/node" would be accepted.'],
    ['divisibleBy', 'multipleOf would be accepted.'],
    ['minLenght', 'Did you mean minLength?'],
    ['constructor', 'a name that begins with x- would be accepted.'],
    ['__proto__', 'a name that begins with x- would be accepted.'],
  ])('a keyword of a schema %s is refused, and the refusal says what is accepted', (keyword, sentence) => {
    expect(keywordRefusal(keyword)).toContain(sentence);
  });
});
