/** The rooms of the house: each with more than eight files says in a short README what comes in, what leaves, and how to add to it. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const maxFilesWithoutReadme = 8;
const maxReadmeLines = 15;

const files = globSync('src/*/**/*.{ts,tsx}').map((file) => file.replaceAll('\\', '/'));
const rooms = [...new Set(files.map((file) => dirname(file)))];
const readmes = globSync('src/*/**/README.md').map((file) => file.replaceAll('\\', '/'));
const filesIn = (room: string): number => files.filter((file) => dirname(file) === room).length;

describe('a room of the sources', () => {
  it('a room of the sources has a README when it has more than eight files', () => {
    const silent = rooms.filter((room) => filesIn(room) > maxFilesWithoutReadme && !existsSync(join(room, 'README.md')));
    expect(silent).toEqual([]);
  });

  it.each(readmes)('a room of the sources is explained in at most fifteen lines, which name only files that exist: %s', (readme) => {
    const text = readFileSync(readme, 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(maxReadmeLines);
    const room = dirname(readme);
    const named = [...text.matchAll(/`([\w./-]+\.tsx?)`/g)].map((match) => match[1] ?? '').filter((name) => name !== 'gateway.config.ts');
    expect(named.filter((name) => ![join(room, name), join('src', name), name].some((path) => existsSync(path)))).toEqual([]);
  });
});
