/** The examples in the documentation of the client compile, as an app has them: with the packages' own names, strict, and for a browser. */
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { whenOver } from '../when-over.ts';

const run = promisify(execFile);

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types?: string }>>;
}

/** The sources behind the paths that the package exports. */
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const paths = Object.fromEntries(
  Object.entries(exports).flatMap(([path, { types = '' }]) => {
    const plain = types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts');
    const source = existsSync(plain) ? plain : plain.replace(/\.ts$/, '.tsx');
    return source.startsWith('src/client/') ? [[path.replace('.', 'fieldgate'), [resolve(source)]]] : [];
  }),
);

const examples = globSync('src/client/**/*.{ts,tsx}').flatMap((file) => {
  const lines = readFileSync(file, 'utf8').replace(/^ *\* ?/gm, '');
  return [...lines.matchAll(/@example\n```(tsx?)\n([\s\S]*?)```/g)].map(([, kind = '', text = '']) => ({ file, kind, text }));
});

describe('the examples of the client', () => {
  it('the examples of the client stand at its functions and hooks', () => {
    const all = examples.map(({ text }) => text).join('');
    for (const name of [
      'createClient',
      'assemble',
      'addDecimal',
      'formatMoney',
      'possibleTypes',
      'useChat',
      'useAnswer',
      'FieldgateChatTransport',
      'conversations(',
      '<Markdown ',
    ])
      expect(all).toContain(name);
    expect(Object.keys(paths)).toEqual([
      'fieldgate/client',
      'fieldgate/possible-types',
      'fieldgate/react',
      'fieldgate/markdown',
      'fieldgate/conversations',
      'fieldgate/ai-sdk',
    ]);
  });

  it('the examples of the client compile', async () => {
    const folder = mkdtempSync(join('node_modules', '.client-examples-'));
    whenOver(() => rmSync(folder, { recursive: true, force: true }));
    const files = examples.map(({ kind, text }, index) => ({ name: `example-${index}.${kind}`, text }));
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const compilerOptions = {
      noUnusedLocals: false,
      lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'],
      jsx: 'react-jsx',
      types: [],
      paths,
    };
    const config = { extends: resolve('tsconfig.json'), compilerOptions, include: [], exclude: [], files: files.map(({ name }) => name) };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = await run('node', ['node_modules/typescript/bin/tsc', '--project', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});
