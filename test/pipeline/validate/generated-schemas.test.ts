/** Schemas as the tools write them that people make schemas with. */
import { describe, expect, it } from 'vitest';
import { schemaReader } from '../../../src/pipeline/validate/schema/schema-reader.ts';

const { signal } = new AbortController();

const generated: readonly (readonly [tool: string, schema: string, fits: unknown, not: unknown])[] = [
  [
    'pydantic, with a discriminated union',
    `{"$defs":{"Cat":{"properties":{"kind":{"const":"cat","title":"Kind","type":"string"},"lives":{"default":9,"title":"Lives","type":"integer","minimum":0}},"required":["kind"],"title":"Cat","type":"object"},"Dog":{"properties":{"kind":{"const":"dog","title":"Kind","type":"string"},"name":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null,"title":"Name"}},"required":["kind"],"title":"Dog","type":"object"}},"properties":{"pet":{"discriminator":{"mapping":{"cat":"#/$defs/Cat","dog":"#/$defs/Dog"},"propertyName":"kind"},"oneOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/Dog"}],"title":"Pet"},"at":{"format":"date-time","title":"At","type":"string"},"pair":{"maxItems":2,"minItems":2,"prefixItems":[{"type":"string"},{"type":"integer"}],"title":"Pair","type":"array"}},"required":["pet"],"title":"Owner","type":"object"}`,
    { pet: { kind: 'dog', name: null }, pair: ['a', 1] },
    { pet: { kind: 'cow' } },
  ],
  [
    'pydantic 1, with a tuple and a recursive model',
    `{"title":"Node","$ref":"#/definitions/Node","definitions":{"Node":{"title":"Node","type":"object","properties":{"value":{"title":"Value","type":"array","minItems":2,"maxItems":2,"items":[{"type":"integer"},{"type":"string"}]},"next":{"$ref":"#/definitions/Node"}},"required":["value"]}}}`,
    { value: [1, 'a'], next: { value: [2, 'b'] } },
    { value: [1, 'a'], next: { value: ['b', 2] } },
  ],
  [
    'zod',
    `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":"string","format":"uuid","pattern":"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000)$"},"size":{"type":"integer","exclusiveMinimum":0,"maximum":9007199254740991},"tags":{"type":"array","items":{"$ref":"#/$defs/__schema0"}},"by":{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"type":"number"}}},"required":["id"],"additionalProperties":false,"$defs":{"__schema0":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/__schema0"}}},"required":["kids"],"additionalProperties":false}}}`,
    { id: '123e4567-e89b-12d3-a456-426614174000', tags: [{ kids: [{ kids: [] }] }], by: { a: 1 } },
    { id: '123e4567-e89b-12d3-a456-426614174000', tags: [{ kids: [{}] }] },
  ],
  [
    'zod-to-json-schema, of a union with nulls',
    `{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/mySchema","definitions":{"mySchema":{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":"array","minItems":1,"maxItems":1,"items":[{"type":"number"}],"additionalItems":{"type":"string"}},"c":{"not":{}},"d":{"$ref":"#/definitions/mySchema/properties/a"}},"additionalProperties":false}}}`,
    { a: null, b: [1], d: 'x' },
    { d: 1 },
  ],
  [
    'an OpenAPI 3.0 document',
    `{"type":"object","properties":{"id":{"type":"integer","format":"int64","readOnly":true,"example":10},"name":{"type":"string","nullable":true,"example":"doggie"},"photo":{"type":"string","xml":{"name":"photoUrl"},"externalDocs":{"url":"https://example.com"},"deprecated":true},"status":{"type":"string","enum":["available","sold"],"x-enum-varnames":["A","B"]},"owner":{"$ref":"#/components/schemas/Owner"}},"components":{"schemas":{"Owner":{"type":"object","properties":{"email":{"type":"string","format":"email"}}}}}}`,
    { id: 1, name: null, owner: { email: 'a@b.ch' } },
    { owner: { email: 'nobody' } },
  ],
  [
    'TypeBox, of a recursive type',
    `{"$id":"T0","type":"object","required":["id","nodes"],"properties":{"id":{"type":"string"},"nodes":{"type":"array","items":{"$ref":"T0"}}}}`,
    { id: 'a', nodes: [{ id: 'b', nodes: [] }] },
    { id: 'a', nodes: [{ id: 'b' }] },
  ],
  [
    'people, for Gemini',
    `{"type":"object","propertyOrdering":["b","a"],"properties":{"a":{"type":"string","description":"…"},"b":{"type":"string","contentEncoding":"base64"}},"required":["a"]}`,
    { a: 'x' },
    {},
  ],
];

describe('a schema as it is written by', () => {
  it.each(generated)('a schema as it is written by %s is accepted and enforced', async (_, text, fits, not) => {
    const checked = await schemaReader().checked(JSON.parse(text), false, signal);
    expect(await checked.issues(fits)).toBeNull();
    expect(await checked.issues(not)).not.toBeNull();
  });
});
