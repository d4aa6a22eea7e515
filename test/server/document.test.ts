import { describe, expect, it } from 'vitest';
import { documentReader } from '../../src/server/document.ts';
import { serverLimits } from '../../src/server/limits.ts';

/** Some 4,600 tokens in 9 kB: 1.7 MB when it is parsed. */
const large = (name: string): string => `query ${name} { self { ${'f '.repeat(2_300)} a(x: [${'1,'.repeat(2_300)}]) } }`;
const small = (name: string): string => `query ${name} { hello }`;

describe('the documents that are remembered', () => {
  it('are the last ones, so that an operation is parsed and validated once', () => {
    const read = documentReader(serverLimits({}));
    const first = read(small('First'), null).document;
    for (let n = 0; n < 500; n += 1) read(small(`Other${n}`), null);
    expect(read(small('First'), null).document === first).toBe(true);
  });

  it('are as few as they are large: strangers fill this memory, before anybody is asked for a key', () => {
    const read = documentReader(serverLimits({}));
    const first = read(large('First'), null).document;
    for (let n = 0; n < 40; n += 1) read(large(`Other${n}`), null);
    expect(read(large('First'), null).document === first).toBe(false);
  });
});
