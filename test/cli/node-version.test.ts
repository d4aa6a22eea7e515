import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { neededNode, nodeRefusal } from '../../src/cli/node-version.ts';

const importsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^import (.*) from '([^']+)'/gm)].map(([, names, from]) => `${names} from ${from}`);

describe('on an old Node, the program', () => {
  it('on an old Node, the program says which it needs and which this is', () => {
    expect(nodeRefusal('20.20.2')).toBe('Fieldgate needs Node 24 or later; this is 20.20.2.');
    expect(nodeRefusal('22.12.0')).toBe('Fieldgate needs Node 24 or later; this is 22.12.0.');
    for (const version of ['24.0.0', '25.1.0', '100.0.0']) expect(nodeRefusal(version)).toBeNull();
  });

  it('on an old Node, the program asks for the same Node as the package does', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly engines: { readonly node: string } };
    expect(engines.node).toBe(`>=${neededNode}`);
  });

  it('on an old Node, the program imports nothing that it lacks before it looks: a name that a module does not export ends it with a stack', () => {
    expect(importsOf('src/main.ts')).toEqual([
      'module from node:module',
      '{ tmpdir } from node:os',
      '{ join } from node:path',
      '{ nodeRefusal } from ./cli/node-version.ts',
    ]);
    expect(importsOf('src/cli/node-version.ts')).toEqual([]);
  });
});
