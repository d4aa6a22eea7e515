import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJsonSize, variablesWithin } from '../../../src/server/document/json-size.ts';

const bounds = { maxJsonObjects: 100_000, maxInputValues: 1_000_000, maxObjectMembers: 1_000_000, maxNesting: 100 };

const refusedCount = (json: string): number | null => {
  try {
    checkJsonSize(Buffer.from(json), bounds, variablesWithin.body);
    return null;
  } catch (error) {
    return Number(/has (\d+) objects/.exec(String(error))?.[1]);
  }
};

describe('the objects and lists of a JSON text', () => {
  const beyond = `${'[],'.repeat(100_001)}`;

  it('are counted outside its strings alone, whatever the strings have in them and however long they are', () => {
    const text = fc.array(fc.constantFrom('"', '\\', '{', '[', 'x', 'ü', '\n', 'y'.repeat(70), '\\'.repeat(65), '"'.repeat(64)), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        const strings = texts.map((pieces) => pieces.join(''));
        expect(refusedCount(`[${beyond}${JSON.stringify(strings)}]`)).toBe(100_003);
      }),
    );
  });

  it('are counted where a string has no end, too', () => {
    expect(refusedCount(`[${beyond}"${'x'.repeat(100)}`)).toBe(100_002);
    expect(refusedCount(`[${beyond}"${'x'.repeat(100)}\\"`)).toBe(100_002);
  });

  it('may be a hundred thousand', () => {
    expect(refusedCount(`[${'[],'.repeat(99_998)}[]]`)).toBeNull();
  });
});

describe('the values of a JSON text', () => {
  const valuesOf = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 0;
    const members: unknown[] = Object.values(value);
    return members.length + members.reduce((sum: number, member) => sum + valuesOf(member), 0);
  };
  const refusal = (json: string, maxInputValues: number): string | null => {
    try {
      checkJsonSize(Buffer.from(json), { ...bounds, maxInputValues }, variablesWithin.body);
      return null;
    } catch (error) {
      return String(error);
    }
  };

  it('are the members of its objects and lists, however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', '  ', '\t'), (value, space) => {
        const json = JSON.stringify(value, null, space);
        const values = valuesOf(JSON.parse(json));
        expect(refusal(json, values)).toBeNull();
        if (values > 0) expect(refusal(json, values - 1)).toContain(`has ${values} values`);
      }),
    );
  });

  it('are refused in a sentence that names the limit', () => {
    expect(refusal('{"a":[1,2]}', 2)).toMatch(/has 3 values.*at most 2\. .*server\.limits\.maxInputValues/);
  });
});

describe('the members of one object', () => {
  const largestOf = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 0;
    const members: unknown[] = Object.values(value);
    return Math.max(Array.isArray(value) ? 0 : members.length, ...members.map(largestOf));
  };
  const refusal = (json: string, maxObjectMembers: number): string | null => {
    try {
      checkJsonSize(Buffer.from(json), { ...bounds, maxObjectMembers }, variablesWithin.body);
      return null;
    } catch (error) {
      return String(error);
    }
  };

  it('are counted apart from those of what stands in it, and lists have as many as they like', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', '  '), (value, space) => {
        const json = JSON.stringify({ value, list: Array.from({ length: 50 }, () => [1, 2]) }, null, space);
        const most = largestOf(JSON.parse(json));
        expect(refusal(json, most)).toBeNull();
        expect(refusal(json, most - 1)).toContain(`An object in the request has ${most} members`);
      }),
    );
  });

  it('are refused in a sentence that names the limit', () => {
    expect(refusal('{"a":[{"b":1,"c":2,"d":[]}]}', 2)).toMatch(/has 3 members.*at most 2\. .*server\.limits\.maxObjectMembers/);
  });

  it.each(['{', '}', ']]}', '{"a":1}}', '[{"a":1,"b":2]', '{"a":1,"b"'])('of what is no JSON are not a fault: %s', (json) => {
    expect(refusal(json, 10)).toBeNull();
  });
});

describe('the name of a member', () => {
  const checked = (value: object) => () => checkJsonSize(Buffer.from(JSON.stringify(value, null, 1)), bounds, variablesWithin.body);

  it('may have 10,000 bytes; a text may have more', () => {
    expect(checked({ ['x'.repeat(10_000)]: 1, text: 'x'.repeat(50_000), list: ['y'.repeat(50_000)] })).not.toThrow();
    expect(checked({ a: [{ ['x'.repeat(10_001)]: 1 }] })).toThrow(/has 10001 bytes.*at most 10000/);
    expect(checked({ ['é'.repeat(5_001)]: 1 })).toThrow(/has 10002 bytes/);
  });
});

describe('the nesting of a JSON text', () => {
  const nested = (levels: number, around: (inner: string) => string): Buffer =>
    Buffer.from(around(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`));

  it.each([
    ['a URL', variablesWithin.url, (inner: string) => inner],
    ['a body', variablesWithin.body, (inner: string) => `{"variables":${inner}}`],
    ['a message of a WebSocket', variablesWithin.message, (inner: string) => `{"payload":{"variables":${inner}}}`],
  ])('is counted from the variables on, in %s', (_, within, around) => {
    expect(() => checkJsonSize(nested(100, around), bounds, within)).not.toThrow();
    expect(() => checkJsonSize(nested(101, around), bounds, within)).toThrow(/deeper than 100 levels/);
  });

  it('is not counted in strings', () => {
    expect(() => checkJsonSize(Buffer.from(JSON.stringify({ variables: '['.repeat(500) })), bounds, variablesWithin.body)).not.toThrow();
  });
});
