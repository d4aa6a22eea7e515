import { describe, expect, it } from 'vitest';
import { mistakeText } from '../../src/fields/ai-field.ts';
import { parsePrompt, promptTable } from '../../src/fields/prompts.ts';
import { readFields } from '../../src/fields/read-fields.ts';

const read = (sdl: string) => readFields([{ file: 'ai.graphql', sdl }]);
const mistakes = (sdl: string) => read(sdl).mistakes.map(mistakeText);
const scopes = '@requiresScopes(scopes: [["ai:use"]])';

describe("the operator's SDL", () => {
  it("the operator's SDL generates @external and @requires from the prompt, and leaves no prompt in the SDL", () => {
    const {
      sdl,
      fields,
      mistakes: none,
    } = read(`
      extend type Product @key(fields: "id") {
        id: ID!
        description: String
        summary(words: Int = 40): String
          @completion(prompt: "Summarise product {id} in {words} words: {description}", maxInputTokens: 2000, maxOutputTokens: 120) ${scopes}
      }`);
    expect(none).toEqual([]);
    expect(fields).toMatchObject([{ kind: 'completion', coordinate: 'Product.summary', route: 'default', maxInputTokens: 2000 }]);
    expect(sdl.replace(/\s+/g, ' ')).toBe(
      `extend type Product @key(fields: "id") { id: ID! description: String @external summary(words: Int = 40): String ${scopes} @requires(fields: "description") }`,
    );
  });

  it("the operator's SDL reads through objects and lists of other teams", () => {
    const { sdl, mistakes: none } = read(`
      extend type Product @key(fields: "id") {
        id: ID!
        brand: Brand
        reviews: [Review!]!
        verdict: String @completion(prompt: "{brand.name}: {reviews.body} {reviews.stars}", maxInputTokens: 10, maxOutputTokens: 10) ${scopes}
      }
      extend type Brand @key(fields: "name") { name: String! }
      extend type Review @key(fields: "id") { id: ID! body: String stars: Int }`);
    expect(none).toEqual([]);
    expect(sdl).toContain('@requires(fields: "brand { name } reviews { body stars }")');
    expect(sdl.replace(/\s+/g, ' ')).toContain('body: String @external stars: Int @external');
  });

  it("the operator's SDL takes prompt, system and bounds from a prompt file", () => {
    const { prompt } = parsePrompt(
      'prompts/summary.md',
      '---\nid: summary\nversion: 2\nsystem: "Be brief."\nmaxInputTokens: 900\nmaxOutputTokens: 90\n---\nSummarise: {description}\n',
    );
    const sdl = `extend type Product @key(fields: "id") { id: ID! description: String s: String @completion(template: "summary@2") ${scopes} }`;
    const { fields, mistakes: none } = readFields([{ file: 'ai.graphql', sdl }], promptTable(prompt === null ? [] : [prompt]));
    expect(none).toEqual([]);
    expect(fields).toMatchObject([{ maxInputTokens: 900, maxOutputTokens: 90, system: { parts: [{ text: 'Be brief.' }] } }]);
  });

  it.each([
    [
      'an unknown template variable',
      `extend type P @key(fields: "id") { id: ID! name: String\n s(words: Int): String @completion(prompt: "{title} {name}", maxInputTokens: 1, maxOutputTokens: 1) ${scopes} }`,
      /ai\.graphql:2: P\.s: \{title\} is neither an argument of the field nor a field of P\. Known: words, id, name\./,
    ],
    [
      'a field without a bound on its cost',
      `extend type P @key(fields: "id") { id: ID! s: String @completion(prompt: "{id}", maxInputTokens: 1) ${scopes} }`,
      /P\.s has no bound on its cost\. Add maxInputTokens and maxOutputTokens/,
    ],
    [
      'an entity without a key',
      `extend type P { id: ID! s: String @completion(prompt: "Hi", maxInputTokens: 1, maxOutputTokens: 1) ${scopes} }`,
      /no @key/,
    ],
    [
      'a prompt that reads an AI field',
      `extend type P @key(fields: "id") { id: ID! a: String @completion(prompt: "{b}", maxInputTokens: 1, maxOutputTokens: 1) ${scopes} b: String @completion(prompt: "{a}", maxInputTokens: 1, maxOutputTokens: 1) ${scopes} }`,
      /P\.a: \{b\} reads the AI field P\.b, which would make the graph circular/,
    ],
    ['SDL that does not parse', 'extend type P {', /ai\.graphql:1: Syntax Error/],
    [
      'a hole that is not closed',
      `extend type P @key(fields: "id") { id: ID! s: String @completion(prompt: "{id", maxInputTokens: 1, maxOutputTokens: 1) ${scopes} }`,
      /must open a hole/,
    ],
    [
      'a prompt id that is in no file',
      `extend type P @key(fields: "id") { id: ID! s: String @completion(template: "nope", maxInputTokens: 1, maxOutputTokens: 1) ${scopes} }`,
      /There is no prompt "nope"\. Prompts: none/,
    ],
    [
      'a non-nullable AI field',
      `extend type P @key(fields: "id") { id: ID! s: String! @completion(prompt: "{id}", maxInputTokens: 1, maxOutputTokens: 1) ${scopes} }`,
      /P\.s is not nullable\. .* write String\./,
    ],
    [
      'an AI field without scopes',
      `extend type P @key(fields: "id") { id: ID! s: String @completion(prompt: "{id}", maxInputTokens: 1, maxOutputTokens: 1) }`,
      /P\.s names no scopes\. Add @requiresScopes/,
    ],
    [
      'a foreign field that nothing reads',
      `extend type P @key(fields: "id") { id: ID! name: String s: String @completion(prompt: "{id}", maxInputTokens: 1, maxOutputTokens: 1) ${scopes} }`,
      /P\.name is declared but no AI field reads it/,
    ],
  ])("the operator's SDL names file, line and remedy of %s", (_, sdl, message) => {
    expect(mistakes(sdl).join('\n')).toMatch(message);
  });
});
