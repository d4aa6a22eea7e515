/** What a page pays for the client: minified, with gzip -9, as bundlers make it. */
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';

interface Bundle {
  readonly bytes: number;
  readonly code: string;
}

async function bundleOf(input: string): Promise<Bundle> {
  const bundle = await rolldown({ input, platform: 'browser', external: [/^react/, 'ai'], logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const code = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  return { bytes: gzipSync(code, { level: 9 }).length, code };
}

const kB = 1024;

describe('the size of the client', () => {
  it.each([
    { input: 'src/client/sdk.ts', maxBytes: 6 * kB },
    { input: 'src/client/react/hooks.ts', maxBytes: 2 * kB },
    // The lexer of marked is 14 kB of it.
    { input: 'src/client/react/markdown/answer-markdown.tsx', maxBytes: 17 * kB },
    { input: 'src/client/chat/kept-chats.ts', maxBytes: 2 * kB },
    { input: 'src/client/ai-sdk/chat-transport.ts', maxBytes: 2 * kB },
    { input: 'src/client/interface-members.ts', maxBytes: kB / 2 },
  ])('the size of the client is bounded: $input has at most $maxBytes bytes', async ({ input, maxBytes }) => {
    const { bytes, code } = await bundleOf(input);
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    const imported = [...code.matchAll(/\bfrom\s*['"`]([^'"`]+)/g)].map((match) => match[1]);
    expect(imported.filter((name) => name !== 'react' && name !== 'react/jsx-runtime')).toEqual([]);
    expect(code).not.toMatch(/\brequire\(|node:/);
  });
});
