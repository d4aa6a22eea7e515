import { describe, expect, it } from 'vitest';
import { requirePackage } from '../../../src/providers/ai-sdk/optional-package.ts';

describe('an optional package', () => {
  it('an optional package that is missing is named with the command that installs it', () => {
    expect(() => requirePackage('@ai-sdk/brand-new', 7)).toThrow(
      'It needs the package @ai-sdk/brand-new, which is not installed. Install it: npm install @ai-sdk/brand-new@7',
    );
  });

  it('an optional package that is there is accepted', () => {
    expect(() => requirePackage('@ai-sdk/cohere', 4)).not.toThrow();
  });
});
