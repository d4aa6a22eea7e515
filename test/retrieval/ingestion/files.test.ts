import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { batchSources, type FoundFile, filesIn } from '../../../src/retrieval/ingestion/files.ts';
import type { NewSource } from '../../../src/retrieval/retrieval.ts';
import { markdown } from '../doubles.ts';

function folder(files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(tmpdir(), 'files-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

async function found(paths: readonly string[], base: string): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for await (const file of filesIn(paths, { base })) files.push(file);
  return files;
}

describe('files', () => {
  it('files become sources by their relative path and their ending, byte for byte', async () => {
    const root = folder({ 'b/guide.PDF': Buffer.from([0, 1, 255]), 'a.md': '# Öl', 'b/c/page.html': '<p>x' });
    const files = await found([root], root);
    expect(files.map((file) => file.kind === 'source' && [file.source.id, file.source.mediaType])).toEqual([
      ['a.md', 'text/markdown'],
      ['b/c/page.html', 'text/html'],
      ['b/guide.PDF', 'application/pdf'],
    ]);
    expect(files[2]).toMatchObject({ source: { base64: 'AAH/', text: null, metadata: { path: 'b/guide.PDF' } } });
  });

  it('files that cannot be read are named with the reason', async () => {
    const root = folder({ 'photo.jpg': 'x', 'data.txt': Buffer.from([1, 0, 2]), 'wide.txt': Buffer.from('\ufeffÖl', 'utf16le') });
    expect(await found([root], root)).toMatchObject([
      { kind: 'ignored', path: 'data.txt', message: 'It is no text, whatever its name says.' },
      { kind: 'ignored', path: 'photo.jpg', message: expect.stringMatching(/Files that can: \.md/) },
      { kind: 'source', path: 'wide.txt' },
    ]);
  });

  it('files that are hidden, installed or linked are passed over, and none is taken twice', async () => {
    const root = folder({ '.git/x.md': 'x', 'node_modules/y.md': 'y', 'docs/a.md': 'a' });
    symlinkSync(root, join(root, 'docs/loop'));
    expect((await found([root, join(root, 'docs/a.md')], root)).map(({ path }) => path)).toEqual(['docs/a.md']);
  });

  it('files that do not exist are an error', async () => {
    await expect(found(['/nowhere/at/all'], '/')).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'There is no file or folder "/nowhere/at/all".',
    });
  });

  it('files go in groups that fit one ingestion', async () => {
    async function* many(): AsyncGenerator<NewSource, void, undefined> {
      for (let index = 0; index < 250; index += 1) yield markdown(`${index}`, 'x');
      yield markdown('large', 'x'.repeat(10_000_000));
      yield markdown('larger', 'x'.repeat(10_000_000));
    }
    const sizes: number[] = [];
    for await (const batch of batchSources(many())) sizes.push(batch.length);
    expect(sizes).toEqual([200, 51, 1]);
  });
});
