import { buildSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkVariables, variableCoercer } from '../../../src/graphql/quote/coerce-values.ts';

const schema = buildSchema(`
  directive @oneOf on INPUT_OBJECT
  scalar JSON
  enum Role { USER TOOL }
  input Part @oneOf { text: String image: String }
  input Message { role: Role! content: [Part!]! meta: JSON }
  input Ask { messages: [Message!]! stop: [String!] size: Int! = 3 }
  type Query { ask(input: Ask!): String }`);
const [operation] = parse('query ($input: Ask!) { ask(input: $input) }').definitions;
const declared = operation?.kind === 'OperationDefinition' ? (operation.variableDefinitions ?? []) : [];
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const keys = Object.fromEntries(many(3_000, (index) => [`k${index}`, index]));
const message = (content: unknown[] = [{ text: 'Hi.' }], more = {}) => ({ role: 'USER', content, ...more });
const coerced = (input: unknown, maxValues?: number): unknown => {
  checkVariables(schema, declared, { input }, maxValues);
  return variableCoercer(schema, declared)({ input });
};
const refused = (input: unknown): string => {
  try {
    coerced(input);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('an input of thousands of members', () => {
  it.each<[what: string, input: unknown, says: string]>([
    [
      'a field that is not declared',
      { messages: [], ...keys },
      'Variable "$input" got invalid value; Field "k0" is not defined by type "Ask".',
    ],
    [
      'one in a list',
      { messages: [message(), message([{ text: 'a' }, { txt: 'b', ...keys }])] },
      'Variable "$input" got invalid value at "input.messages[1].content[1]"; Field "txt" is not defined by type "Part". Did you mean "text"?',
    ],
    [
      'one that is missing',
      { messages: [{ role: 'USER', meta: keys }] },
      'Variable "$input" got invalid value at "input.messages[0]"; Field "content" of required type "[Part!]!" was not provided.',
    ],
    [
      'two of which one is accepted',
      { messages: [message([{ text: 'a', image: 'b' }], { meta: keys })] },
      'Variable "$input" got invalid value at "input.messages[0].content[0]"; Exactly one key must be specified for OneOf type "Part".',
    ],
    [
      'an object for a text',
      { messages: [], stop: [keys] },
      'Variable "$input" got invalid value at "input.stop[0]"; String cannot represent an object.',
    ],
    [
      'a list for an object',
      { messages: [many(3_000, () => 1)] },
      'Variable "$input" got invalid value at "input.messages[0]"; Expected type "Message" to be an object.',
    ],
  ])('an input of thousands of members is refused for %s in one short sentence', (_, input, says) => {
    expect(refused(input)).toBe(says);
  });

  it('an input of thousands of members is accepted as a small one is: a list of one, defaults, and any JSON', () => {
    const input = { messages: message([{ text: 'a' }], { meta: keys }), stop: 'x' };
    expect(coerced(input)).toEqual({
      input: { messages: [message([{ text: 'a' }], { meta: keys })], stop: ['x'], size: 3 },
    });
  });

  it('an input of thousands of members may have so many values that the schema declares, however they nest, and as many as it likes in one of any JSON', () => {
    // An input, its list, and of each message the role, the list, the part and its text.
    const asked = (messages: number) => ({ messages: many(messages, () => message()) });
    const values = 2 + 1 + 5 * 600;
    expect(coerced(asked(600), values)).toMatchObject({ input: { size: 3 } });
    expect(() => coerced(asked(600), values - 4)).toThrow(/more than \d+ values that the schema declares.*server\.limits\.maxTypedValues/);
    const anything = { messages: [message(undefined, { meta: many(20_000, () => keys) })] };
    expect(coerced(anything, 20)).toMatchObject({ input: { size: 3 } });
    expect(() => coerced({ messages: many(30_000, () => null) })).toThrow(/more than 10000 values/);
  });
});
