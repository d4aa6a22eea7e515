/** The Relay app of examples/clients is compiled with the schema of its graph: what lies in the repository is what relay-compiler writes. */
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { configText, folderWith, inProcess } from '../cli/run.ts';
import { aiFields, shopSdl } from '../client/browser/recipe-graph.ts';
import { whenOver } from '../when-over.ts';

const recipe = 'examples/clients/relay';
const artefactsIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(globSync('*.ts', { cwd: folder }).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

it('the artefacts of the Relay app are those that relay-compiler writes of it and of the schema that fieldgate schema prints', async () => {
  const graph = folderWith({
    'shop.graphql': `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])\n${shopSdl}`,
    'ai.graphql': aiFields,
    'gateway.config.ts': configText(
      `graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/graphql', sdl: 'shop.graphql' }], fields: ['ai.graphql'] }`,
    ),
  });
  // Beside the packages, so that the compiler finds them.
  const app = mkdtempSync(join('node_modules', '.relay-recipe-'));
  whenOver(() => rmSync(app, { recursive: true, force: true }));
  mkdirSync(join(app, '__generated__'));
  cpSync(join(recipe, 'app.tsx'), join(app, 'app.tsx'));
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(app, 'relay.config.js'),
    readFileSync(join(recipe, 'relay.config.js'), 'utf8').replace('../../../src', resolve('src')),
  );
  const printed = await inProcess(['schema', '--out', join(resolve(app), 'schema.graphql')], { cwd: graph });
  expect(printed).toMatchObject({ code: 0 });
  await promisify(execFile)('node', [resolve('node_modules/relay-compiler/cli.js'), 'relay.config.js'], { cwd: app });
  expect(artefactsIn(join(app, '__generated__'))).toEqual(artefactsIn(join(recipe, '__generated__')));
});
