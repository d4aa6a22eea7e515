import { globSync, readFileSync } from 'node:fs';
import { buildSchema, isEnumType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { plugin } from '../../codegen.ts';
import { errorReference } from '../../src/core/error-reference.ts';
import { errorTable } from '../../src/core/errors.ts';
import { readMarkdown } from '../markdown.ts';

const page = readMarkdown('schema/ERRORS.md');
const codes = Object.keys(errorTable);
const sdl = globSync('schema/*.graphql').map((file) => readFileSync(file, 'utf8'));
const schema = buildSchema(sdl.join('\n'), { assumeValid: true });

describe('the error reference', () => {
  it('the error reference is what `npm run codegen` writes', () => {
    expect(page.text).toBe(plugin(schema));
  });

  it.each(codes)('the error reference has cause, status, retryable and remedy of %s', (code) => {
    const [status, retryable] = page.rows('Error codes', new RegExp(`^\\[${code}\\]`))[0]?.slice(1) ?? [];
    expect(status).toMatch(/^[45]\d\d$/);
    expect(retryable).toMatch(/^(yes|no)$/);
    for (const start of ['- Status: ', '- Cause: ', '- What the caller does: ']) {
      const line = page
        .section(code)
        .split('\n')
        .find((one) => one.startsWith(start));
      expect(line?.slice(start.length), start).toMatch(/^\S.*\.$/);
    }
  });

  it('the error reference has every code that a failure as data can have', () => {
    const type = schema.getType('FailureCode');
    const named = isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => name !== 'OTHER' && !codes.includes(name))).toEqual([]);
  });

  it('the error reference gives remedies by names that exist: fields of the schema, settings, commands', () => {
    const sources = globSync('src/**/*.ts')
      .filter((file) => !file.endsWith('error-reference.ts'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    for (const [, name = ''] of JSON.stringify(errorReference).matchAll(/`([^`]+)`/g)) {
      for (const word of name.split(/[\s.@:…]+/).filter((one) => /^[a-z]\w{3,}$/.test(one)))
        expect(`${sources}${sdl.join('\n')}`, `\`${name}\``).toMatch(new RegExp(`\\b${word}\\b`));
    }
  });
});
