/** Every function, class and constant that the package exports has an example in its documentation, and each example compiles. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { whenOver } from './harness.ts';

const run = promisify(execFile);

interface Documented {
  readonly name: string;
  readonly file: string;
  /** Its `ts` blocks behind `@example`. */
  readonly examples: readonly string[];
}

/** What `src/index.ts` re-exports, by the file in which it is declared; types are left out. */
function exportedValues(): readonly { readonly name: string; readonly file: string }[] {
  const index = readFileSync('src/index.ts', 'utf8');
  expect(index, 'an export that this test cannot read').not.toMatch(/export (\*|const|function|class|default)/);
  return [...index.matchAll(/export (type )?\{([^}]*)\} from '\.\/([^']+)'/g)].flatMap(([, type, names = '', file = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => type === undefined && name !== '' && !name.startsWith('type '))
      .map((name) => ({ name, file: `src/${file}` })),
  );
}

/** The example stands in the comment that ends where the declaration begins. */
function documented({ name, file }: { readonly name: string; readonly file: string }): Documented {
  const text = readFileSync(file, 'utf8');
  const declaration = new RegExp(`^export (?:async )?(?:function|const|class) ${name}\\b`, 'm').exec(text);
  expect(declaration, `${file} does not declare ${name}`).not.toBeNull();
  const before = text.slice(0, declaration?.index ?? 0);
  const comment = before.endsWith('*/\n') ? before.slice(before.lastIndexOf('/**')) : '';
  const lines = comment.replace(/^ *\* ?/gm, '');
  const examples = [...lines.matchAll(/@example\n```ts\n([\s\S]*?)```/g)].map(([, example = '']) => example);
  return { name, file, examples };
}

describe('the documentation of the package', () => {
  const values = exportedValues().map(documented);

  it('the documentation of the package finds what is exported', () => {
    expect(values.map(({ name }) => name)).toEqual(expect.arrayContaining(['createGateway', 'defineConfig', 'GatewayError', 'silentLog']));
  });

  it.each(values)('the documentation of the package has an example of $name that imports it from the package', ({ name, examples }) => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example).toMatch(new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from 'fieldgate'`));
  });

  it('the documentation of the package has examples that compile', async () => {
    // Beside the packages, so that examples find them; the compiler reads no package.json there, so each says that it is a module.
    const folder = mkdtempSync(join('node_modules', '.examples-'));
    whenOver(() => rmSync(folder, { recursive: true, force: true }));
    const files = values.flatMap(({ name, examples }) => examples.map((text, index) => ({ name: `${name}-${index + 1}.mts`, text })));
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    const compilerOptions = { noUnusedLocals: false, paths: { fieldgate: [resolve('src/index.ts')] } };
    const config = { extends: resolve('tsconfig.json'), compilerOptions, include: [], files: files.map(({ name }) => name) };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = await run('node', ['node_modules/typescript/bin/tsc', '--project', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});
