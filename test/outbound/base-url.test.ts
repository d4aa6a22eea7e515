import { describe, expect, it } from 'vitest';
import { baseUrlMistake } from '../../src/outbound/base-url.ts';

describe('a base URL', () => {
  it.each(['https://api.openai.com/v1', 'http://127.0.0.1:8000/v1/', 'http://gpu-box:9100'])('a base URL may be %s', (url) => {
    expect(baseUrlMistake(url)).toBeNull();
  });

  it.each([
    ['', 'not an http or https URL'],
    ['api.openai.com/v1', 'not an http or https URL'],
    ['ftp://example.com', 'not an http or https URL'],
    ['https://user:secret@example.com', 'user or password'],
    ['https://example.com/v1?key=secret', 'query'],
  ])('a base URL may not be "%s", which is told without repeating it', (url, why) => {
    expect(baseUrlMistake(url)).toContain(why);
    expect(baseUrlMistake(url)).toContain('Accepted is');
    expect(baseUrlMistake(url)).not.toContain('secret');
  });
});
