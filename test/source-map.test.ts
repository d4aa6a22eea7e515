/** Holds src/README.md true: the rooms, the files on the way of a request, and the promises are those that there are. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readMarkdown } from './markdown.ts';

const page = readMarkdown('src/README.md');
const filesIn = (cell = ''): string[] => [...cell.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file = '']) => file);
const slashed = (file: string): string => file.replaceAll('\\', '/');

/** The table of `test/architecture.test.ts`, read as text: importing a test would run it. */
const architecture = readFileSync('test/architecture.test.ts', 'utf8');
const named = (text = ''): string[] => [...text.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
const mayImport = [...(/mayImport[^=]*= \{([\s\S]*?)\n\};/.exec(architecture)?.[1] ?? '').matchAll(/^ {2}(\w+): \[([^\]]*)\]/gm)];
const wiring = named(/const wiring = \[(.*)\]/.exec(architecture)?.[1]);

describe('src/README.md', () => {
  it('src/README.md says who may import whom as the architecture test enforces it', () => {
    const documented = page
      .rows('Rooms, and who may import whom', /^\w+$/)
      .slice(1)
      .map(([room = '', , imports = '']) => `${room}: ${imports}`);
    const enforced = mayImport.map(([, room = '', imports = '']) => `${room}: ${named(imports).join(', ') || 'nothing'}`);
    expect(enforced.length).toBeGreaterThan(10);
    expect(documented).toEqual([...enforced, ...wiring.map((room) => `${room}: anything`)]);
  });

  it('src/README.md names every room', () => {
    const rooms = readdirSync('src', { withFileTypes: true }).filter((one) => one.isDirectory());
    const documented = page
      .rows('Rooms, and who may import whom', /^\w+$/)
      .slice(1)
      .map(([room]) => room);
    expect(documented.toSorted()).toEqual(rooms.map(({ name }) => name).toSorted());
  });

  const steps = page.rows('One request', /^\d+$/);

  it.each(steps)('src/README.md has step %s of a request in the room %s, with files that are there', (_, room, files, what) => {
    const named = filesIn(`${files} ${what}`);
    expect(named.length).toBeGreaterThan(0);
    for (const file of named) expect(globSync(`src/${room}/${file}`), file).toHaveLength(1);
  });

  it('src/README.md names files beside its tables that are there', () => {
    const [intro = ''] = page.text.split('\n## ');
    for (const file of filesIn(intro)) expect([...globSync(`src/${file}`), ...globSync(file)], file).toHaveLength(1);
  });

  const promises = page.rows('Promises and their tests', /^\d+$/);

  it('src/README.md has the promises 1 to 48 in order', () => {
    expect(promises.map(([number]) => Number(number))).toEqual(Array.from({ length: 48 }, (_, index) => index + 1));
  });

  it.each(promises)('src/README.md lists the tests of promise %s: %s', (number, _, tests) => {
    const listed = filesIn(tests);
    for (const file of listed) expect(globSync(`test/${file}`), file).toHaveLength(1);
    const named = globSync(`test/**/promise-${String(number).padStart(2, '0')}-*.test.ts`).map((file) =>
      slashed(file).slice('test/'.length),
    );
    if (named.length === 0) expect(tests).toMatch(/^(in part|open): /);
    else expect(listed.toSorted()).toEqual(expect.arrayContaining(named));
  });

  it('src/README.md lists every test that is named after a promise', () => {
    const listed = promises.flatMap(([, , tests]) => filesIn(tests));
    const named = globSync('test/**/promise-*.test.ts').map((file) => slashed(file).slice('test/'.length));
    expect(named.filter((file) => !listed.includes(file))).toEqual([]);
  });
});
