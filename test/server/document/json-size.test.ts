import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { checkJsonSize, variablesWithin } from '../../../src/server/document/json-size.ts';

const bounds = { maxJsonObjects: 100_000, maxInputValues: 1_000_000, maxObjectMembers: 1_000_000, maxNesting: 100 };

const refusedCount = (json: string, maxJsonObjects = 100): number | null => {
  try {
    checkJsonSize(Buffer.from(json), { ...bounds, maxJsonObjects }, variablesWithin.body);
    return null;
  } catch (error) {
    return Number(/has (\d+) objects/.exec(String(error))?.[1]);
  }
};

describe('the objects and lists of a JSON text', () => {
  const beyond = '[],'.repeat(101);

  it('the objects and lists of a JSON text are counted outside its strings alone, whatever the strings have in them and however long they are', () => {
    const text = fc.array(fc.constantFrom('"', '\\', '{', '[', 'x', 'ü', '\n', 'y'.repeat(70), '\\'.repeat(65), '"'.repeat(64)), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        const strings = texts.map((pieces) => pieces.join(''));
        expect(refusedCount(`[${beyond}${JSON.stringify(strings)}]`)).toBe(103);
      }),
    );
  });

  it('the objects and lists of a JSON text are counted where a string has no end, too', () => {
    expect(refusedCount(`[${beyond}"${'x'.repeat(100)}`)).toBe(102);
    expect(refusedCount(`[${beyond}"${'x'.repeat(100)}\\"`)).toBe(102);
  });

  it('the objects and lists of a JSON text may be a hundred thousand', () => {
    expect(refusedCount(`[${'[],'.repeat(99_998)}[]]`, 100_000)).toBeNull();
  });
});

describe('a text far beyond the bounds', () => {
  it.each([
    ['brackets', '['.repeat(8_000_000), /nest objects and lists deeper than 100 levels/],
    ['objects', `[${'{},'.repeat(2_000_000)}{}]`, /has at least 1\d\d\d\d\d objects and lists; .* at most 100000/],
    ['values', `[${'1,'.repeat(4_000_000)}1]`, /has at least 10\d{5} values, .* at most 1000000/],
  ])('a text far beyond the bounds of %s is not counted to its end', (_, json, message) => {
    const bytes = Buffer.from(json);
    const looks = vi.spyOn(bytes, 'subarray');
    expect(() => checkJsonSize(bytes, bounds, variablesWithin.body)).toThrow(message);
    expect(looks.mock.calls.at(-1)?.[0]).toBeLessThan(bytes.length / 2);
  });
});

describe('the names in a JSON text', () => {
  const objectsOf = (objects: number, members: number): string =>
    `[${Array.from({ length: objects }, (_, of) => `{${Array.from({ length: members }, (_member, at) => `"k${of}_${at}":1`).join()}}`).join()}]`;
  const check = (json: string) => checkJsonSize(Buffer.from(json), bounds, variablesWithin.body);

  it.each([
    ['one object', 1, 40_000],
    ['several large objects', 5, 9_000],
    ['many small objects', 4_000, 10],
  ])('the names in a JSON text may be 25,000 different ones: more in %s are refused', (_, objects, members) => {
    expect(() => check(objectsOf(objects, members))).toThrow(/has more than 25000 different names of members/);
  });

  it('the names in a JSON text may be as many as there are values where they are the same', () => {
    expect(check(JSON.stringify(Array.from({ length: 9_000 }, (_, id) => ({ id, name: 'x', price: 1 }))))).toEqual({ isLarge: true });
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

  it('the values of a JSON text are the members of its objects and lists, however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', '  ', '\t'), (value, space) => {
        const json = JSON.stringify(value, null, space);
        const values = valuesOf(JSON.parse(json));
        expect(refusal(json, values)).toBeNull();
        if (values > 0) expect(refusal(json, values - 1)).toContain(`has ${values} values`);
      }),
    );
  });

  it('the values of a JSON text are refused in a sentence that names the limit', () => {
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

  it('the members of one object are counted apart from those of what stands in it, and lists have as many as they like', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', '  '), (value, space) => {
        const json = JSON.stringify({ value, list: Array.from({ length: 50 }, () => [1, 2]) }, null, space);
        const most = largestOf(JSON.parse(json));
        expect(refusal(json, most)).toBeNull();
        expect(refusal(json, most - 1)).toContain(`An object in the request has ${most} members`);
      }),
    );
  });

  it('the members of one object are refused in a sentence that names the limit', () => {
    expect(refusal('{"a":[{"b":1,"c":2,"d":[]}]}', 2)).toMatch(/has 3 members.*at most 2\. .*server\.limits\.maxObjectMembers/);
  });

  it.each(['{', '}', ']]}', '{"a":1}}', '[{"a":1,"b":2]', '{"a":1,"b"'])(
    'the members of one object of what is no JSON are not a fault: %s',
    (json) => {
      expect(refusal(json, 10)).toBeNull();
    },
  );
});

describe('the name of a member', () => {
  const checked = (value: object) => () => checkJsonSize(Buffer.from(JSON.stringify(value, null, 1)), bounds, variablesWithin.body);

  it('the name of a member may have 10,000 bytes; a text may have more', () => {
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
  ])('the nesting of a JSON text is counted from the variables on, in %s', (_, within, around) => {
    expect(() => checkJsonSize(nested(100, around), bounds, within)).not.toThrow();
    expect(() => checkJsonSize(nested(101, around), bounds, within)).toThrow(/deeper than 100 levels/);
  });

  it('the nesting of a JSON text is not counted in strings', () => {
    expect(() => checkJsonSize(Buffer.from(JSON.stringify({ variables: '['.repeat(500) })), bounds, variablesWithin.body)).not.toThrow();
  });
});
