/** Who may import whom: the table of the plan, enforced. A change here is an architecture decision. */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  outbound: ['core'],
  wires: ['core'],
  providers: ['core', 'wires', 'outbound'],
  storage: ['core'],
  fields: ['core'],
  documents: ['core'],
  federation: ['core', 'outbound'],
  telemetry: ['core'],
  access: ['core', 'storage', 'outbound'],
  runs: ['core', 'storage'],
  routing: ['core', 'storage', 'providers', 'outbound'],
  pricing: ['core'],
  operations: ['core', 'storage', 'routing', 'pricing'],
  pipeline: ['core', 'providers', 'storage', 'routing', 'outbound', 'telemetry'],
  retrieval: ['core', 'storage'],
  graphql: ['core', 'fields', 'storage', 'runs', 'operations', 'pricing', 'access', 'retrieval'],
  doors: ['core', 'wires', 'runs', 'operations'],
  server: ['core', 'access', 'operations', 'graphql', 'doors', 'documents', 'federation', 'telemetry'],
  client: [],
  console: ['client'],
  codegen: ['client'],
};
/** What puts the parts together: may import anything, and is imported by its own kind alone. */
const wiring = ['assembly', 'cli', 'config'];
/** What browsers and builds of clients use. */
const shipped = ['client', 'console', 'codegen'];
/** A folder with more has rooms that have not been made yet. */
const maxFilesInFolder = 14;
/** Rooms whose subfolders implement ports that resemble each other: a name may stand in each of them. */
const roomsOfPorts = ['src/storage', 'src/wires'];
/** Refuses settings by the names that they had. */
const oldNames = /^src\/config\/sections\/graph\/graph-section\.ts$/;
/** Doors of other protocols stand on these. */
const withoutGraphql = ['core', 'operations', 'pricing', 'pipeline', 'providers', 'storage', 'routing', 'wires', 'doors'];
const forbiddenNames = /(^|[-/])(utils?|helpers?|manager|types)\.tsx?$/;

const files = globSync('src/**/*.{ts,tsx}').map((file) => file.replaceAll('\\', '/'));
const isGenerated = (file: string): boolean => /[/.]generated\.ts$/.test(file);
const areSiblingRooms = (paths: readonly string[]): boolean =>
  roomsOfPorts.some((room) => paths.every((path) => dirname(dirname(path)) === room));
const folderOf = (file: string): string | null => /^src\/([^/]+)\//.exec(file)?.[1] ?? null;

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => normalize(join(dirname(file), specifier)).replaceAll('\\', '/'));
}

/** Types are packages too: whoever reads the declarations needs them. */
const packagesOf = (file: string): string[] =>
  [
    ...readFileSync(file, 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .matchAll(/(?:from|import)\s*\(?\s*'([^.'][^']*)'/g),
  ].map((match) => match[1] ?? '');

describe('the architecture', () => {
  it('the architecture finds the sources', () => expect(files.length).toBeGreaterThan(20));

  it.each(Object.keys(mayImport))('the architecture lets %s import only what the plan allows', (folder) => {
    const allowed = new Set([folder, ...(mayImport[folder] ?? [])]);
    const trespasses = files
      .filter((file) => folderOf(file) === folder)
      .flatMap((file) => importsOf(file).map((target) => ({ file, target, to: folderOf(target) })))
      .filter(({ to, target }) => target.startsWith('src/') && (to === null || !allowed.has(to)));
    expect(trespasses).toEqual([]);
  });

  it.each(withoutGraphql)('the architecture keeps %s free of GraphQL, with all that it imports', (folder) => {
    const reached = new Set(files.filter((file) => folderOf(file) === folder));
    expect(reached.size).toBeGreaterThan(0);
    for (const file of reached) for (const target of importsOf(file)) if (files.includes(target)) reached.add(target);
    expect([...reached].filter((file) => /['"]@?graphql[^'"]*['"]/.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('the architecture keeps what ships to browsers free of Node, and of packages but those that its users bring', () => {
    // A dependency of Fieldgate itself comes with it.
    const brought: Readonly<Record<string, RegExp>> = {
      react: /^src\/client\/react\//,
      ai: /^src\/client\/ai-sdk\//,
      marked: /^src\/client\/react\/markdown\//,
    };
    const foreign = files
      .filter((file) => folderOf(file) === 'client')
      .flatMap((file) => packagesOf(file).map((name) => ({ file, name })))
      .filter(({ file, name }) => brought[name]?.test(file) !== true);
    expect(foreign).toEqual([]);
  });

  it('the architecture lets nothing of the gateway import what ships to browsers', () => {
    const users = files.filter(
      (file) => !shipped.includes(folderOf(file) ?? '') && importsOf(file).some((target) => target.startsWith('src/client/')),
    );
    expect(users).toEqual([]);
  });

  it('the architecture has no folder that the plan does not name', () => {
    expect(
      [...new Set(files.map(folderOf))].filter((folder) => folder !== null && !(folder in mayImport) && !wiring.includes(folder)),
    ).toEqual([]);
  });

  it('the architecture has no folder with more than fourteen files', () => {
    const counts = new Map<string, number>();
    for (const file of files) if (!isGenerated(file)) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > maxFilesInFolder)).toEqual([]);
  });

  it('the architecture gives a base name one meaning', () => {
    const homes = Map.groupBy(files, (file) => basename(file));
    const repeated = [...homes].filter(([, paths]) => paths.length > 1 && !areSiblingRooms(paths)).map(([, paths]) => paths);
    expect(repeated).toEqual([]);
  });

  it('the architecture calls an upper bound max, never most', () => {
    const most = /\bmost[A-Z]\w*/;
    expect(files.filter((file) => !oldNames.test(file) && most.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('the architecture names files for what they are', () => {
    expect(files.filter((file) => forbiddenNames.test(file))).toEqual([]);
  });

  it('the architecture keeps SQL inside storage', () => {
    const sql = /['"`]\s*(select\s+\S+.*\s+from|insert\s+into|update\s+\w+\s+set|delete\s+from|create\s+(table|index|virtual))\s/i;
    expect(files.filter((file) => folderOf(file) !== 'storage' && sql.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('the architecture confines the libraries that need containing to one place each', () => {
    const homes: Readonly<Record<string, RegExp>> = {
      undici: /^src\/outbound\//,
      jose: /^src\/access\/jwt\//,
      'graphql-shield': /^src\/access\/shield\.ts$/,
      'node:sqlite': /^src\/storage\/database\/sqlite(-connections)?\.ts$/,
      '@ai-sdk/': /^src\/(providers|client\/ai-sdk)\//,
      '@graphql-tools/federation': /^src\/federation\/engine\/stitching\//,
      '@graphql-hive/router-query-planner': /^src\/federation\/engine\/plan\/planner\.ts$/,
      'prom-client': /^src\/telemetry\//,
      '@apollo/server': /^src\/server\/apollo\.ts$/,
    };
    for (const [library, home] of Object.entries(homes)) {
      const users = files.filter((file) => new RegExp(`['"]${library}`).test(readFileSync(file, 'utf8')));
      expect(
        users.filter((file) => !home.test(file)),
        library,
      ).toEqual([]);
    }
  });

  it('the architecture has no `any` in the sources', () => {
    const any = /(: any\b|<any>|\bas any\b|\bany\[\])/;
    const users = files.filter((file) => !isGenerated(file) && any.test(readFileSync(file, 'utf8').replace(/^\s*(?:\/?\*|\/\/).*$/gm, '')));
    expect(users).toEqual([]);
  });
});
