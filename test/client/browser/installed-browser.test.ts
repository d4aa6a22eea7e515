import { describe, expect, it } from 'vitest';
import { installedBrowser } from './installed-browser.ts';

const nowhere = (): boolean => false;

describe('a machine without a browser', () => {
  it('a machine without a browser skips the tests of pages where a person runs them, or CI has said that it has none', () => {
    for (const surroundings of [{}, { CI: '' }, { CI: 'true', FIELDGATE_WITHOUT_BROWSER: '1' }])
      expect(installedBrowser(surroundings, nowhere)).toBeNull();
  });

  it('a machine without a browser fails in CI, and says what to do', () => {
    expect(() => installedBrowser({ CI: 'true' }, nowhere)).toThrow('Install one (looked for: /usr/bin/chromium-headless-shell');
    expect(installedBrowser({ CI: 'true' }, (path) => path === '/usr/bin/chromium')).toBe('/usr/bin/chromium');
  });
});
