/**
 * Three tiers of tests. A file is known by its imports:
 *
 * - whole: starts a gateway or a process. It, or a file of `test/` or `src/` that it imports, imports `src/gateway.ts`; or it, or a file of `test/`
 *   that it imports, imports `node:child_process`.
 * - wired: opens sockets or threads, in this process alone. It, or a file that it imports, is the server or, in `test/`, imports a module for sockets.
 * - unit: all others.
 *
 * `setup-wired.ts` refuses processes to the wired tests, `setup-unit.ts` refuses processes, sockets and threads to the unit tests.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

interface Imports {
  /** Paths from the root. */
  readonly files: readonly string[];
  readonly startsProcess: boolean;
  readonly opensSockets: boolean;
}

const known = new Map<string, Imports>();

/** Modules that a test imports to listen, to connect, or to start a thread. */
const forSockets = ['node:http', 'node:http2', 'node:https', 'node:net', 'node:tls', 'node:worker_threads', 'ws'];

/** Types are not imports: they are gone when the file runs. */
function importsOf(file: string): Imports {
  const before = known.get(file);
  if (before !== undefined) return before;
  const text = readFileSync(resolve(root, file), 'utf8');
  const names = [...text.matchAll(/^(?:import|export)(?! type\b)[^;]*?(?:from )?'([^']+)';|\bimport\('([^']+)'\)/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const imports = {
    files: names
      .filter((name) => /^\..*\.ts$/.test(name))
      .map((name) => relative(root, resolve(root, dirname(file), name)).replaceAll('\\', '/')),
    startsProcess: file.startsWith('test/') && names.includes('node:child_process'),
    opensSockets: file === 'src/server/server.ts' || (file.startsWith('test/') && names.some((name) => forSockets.includes(name))),
  };
  known.set(file, imports);
  return imports;
}

/** Whether the file, or one that it imports directly or indirectly, is of this kind. */
function reaches(file: string, isSuch: (file: string) => boolean): boolean {
  const seen = new Set<string>();
  const open = [file];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (isSuch(next)) return true;
    open.push(...importsOf(next).files);
  }
  return false;
}

const files = globSync('test/**/*.test.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .toSorted();

/** Those that start a process by a module of `src/` which others import and do not use, or import the gateway while they run. */
const wholeByName = [
  // Its examples import the whole package.
  'test/config/config-reference.test.ts',
  // Its documents are read in the process for documents.
  'test/retrieval/quality.test.ts',
];

/** Those that start a thread, or connect to an address, by a module of `src/` which others import and do not use. */
const wiredByName = [
  'test/providers/embedded/embedded.test.ts',
  'test/providers/embedded/thread/off-loop.test.ts',
  'test/storage/journal/booking-worker.test.ts',
  'test/storage/database/write-ahead-log.test.ts',
];

const startsGatewayOrProcess = (file: string): boolean =>
  reaches(file, (reached) => reached === 'src/gateway.ts' || importsOf(reached).startsProcess);
const opensSockets = (file: string): boolean => reaches(file, (reached) => importsOf(reached).opensSockets);

export const wholeTests: readonly string[] = files.filter((file) => wholeByName.includes(file) || startsGatewayOrProcess(file));
export const wiredTests: readonly string[] = files.filter(
  (file) => !wholeTests.includes(file) && (wiredByName.includes(file) || opensSockets(file)),
);
export const unitTests: readonly string[] = files.filter((file) => !wholeTests.includes(file) && !wiredTests.includes(file));
/** Those that take part in the drills. */
export const drillTests: readonly string[] = files.filter((file) => reaches(file, (reached) => reached === 'test/rounds.ts'));
