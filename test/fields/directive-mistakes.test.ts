import { globSync, readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { mistakeText } from '../../src/fields/ai-field.ts';
import { aiDirectives } from '../../src/fields/directive-names.ts';
import { readFields } from '../../src/fields/read-fields.ts';

const scopes = '@requiresScopes(scopes: [["ai:use"]])';
const bounds = 'maxInputTokens: 9, maxOutputTokens: 9';
const mistakes = (sdl: string) => readFields([{ file: 'ai.graphql', sdl }]).mistakes.map(mistakeText);
/** With a borrowed field that only the field in question reads. */
const onField = (directive: string) =>
  mistakes(`extend type Product @key(fields: "id") {\n id: ID!\n name: String\n card: String\n ${directive}\n}`);

describe("a directive of the operator's SDL", () => {
  it.each([
    [`@complete(prompt: "{name}", ${bounds}) ${scopes}`, 'unknown directive "@complete": did you mean "@completion"?'],
    [`@embeding(text: "{name}", maxInputTokens: 9) ${scopes}`, 'unknown directive "@embeding": did you mean "@embedding"?'],
    [`@requireScopes(scopes: [["ai:use"]])`, 'unknown directive "@requireScopes": did you mean "@requiresScopes"?'],
    ['@qqqqqqqq', 'unknown directive "@qqqqqqqq". AI directives: @completion, @embedding, @similar, @answer, @dataClass, @indexed.'],
    [`@completion(promt: "{name}", ${bounds}) ${scopes}`, 'unknown argument "promt" of @completion: did you mean "prompt"?'],
    [`@answer(collection: "c", query: "{name}", maxOutputTokens: 9) ${scopes}`, 'unknown argument "query" of @answer'],
    [
      `@completion(prompt: "{name}", select: DECLARE, ${bounds}) ${scopes}`,
      'select of @completion is "DECLARE". It must be SELECTED or DECLARED.',
    ],
    [`@indexed(index: "i", text: "{name}", from: "products")`, '@indexed does nothing here. It belongs on an object type.'],
  ])(
    "a directive of the operator's SDL that is wrong, as in %s, is told with its line, and nothing that misleads",
    (directive, sentence) => {
      const [told, ...others] = onField(directive);
      expect(told).toContain(`ai.graphql:5: Product.card: ${sentence}`);
      expect(others).toEqual([]);
    },
  );

  it("a directive of the operator's SDL is told wherever it stands: types, arguments, values of enums, fields of inputs", () => {
    const sdl = `
      type A @keys(fields: "id") { id: ID! }
      type B { f(
        x: Int @nope): Int }
      enum C {
        D @depricated }
      input E {
        g: Int @taq(name: "x") }
      type F @completion(prompt: "x", ${bounds}) { id: ID! }`;
    expect(mistakes(sdl).map((each) => each.split(/[:?.] ?(?=did|AI|It)/)[0])).toEqual([
      'ai.graphql:2: A: unknown directive "@keys"',
      'ai.graphql:4: B.f(x:): unknown directive "@nope"',
      'ai.graphql:6: C.D: unknown directive "@depricated"',
      'ai.graphql:8: E.g: unknown directive "@taq"',
      'ai.graphql:9: F: @completion does nothing here',
    ]);
  });

  it("a directive of the operator's SDL may be one that the files define or import themselves, or one of federation", () => {
    expect(
      mistakes(`
        extend schema @link(url: "https://example.com/mine", import: ["@mine", { name: "@theirs", as: "@ours" }])
        directive @house on FIELD_DEFINITION
        type A @tag(name: "x") @shareable { a: Int @house @mine @ours @deprecated @federation__inaccessible }`),
    ).toEqual([]);
  });

  it("a directive of the operator's SDL of ours takes the arguments of the published schema", () => {
    const sdl = globSync('schema/*.graphql').map((file) => readFileSync(file, 'utf8'));
    const published = parse(sdl.join('\n')).definitions.flatMap((definition) =>
      definition.kind === Kind.DIRECTIVE_DEFINITION
        ? [[definition.name.value, (definition.arguments ?? []).map(({ name }) => name.value)] as const]
        : [],
    );
    for (const [name, args] of Object.entries(aiDirectives))
      expect(new Set(args), name).toEqual(new Set(published.find(([of]) => of === name)?.[1]));
  });
});
