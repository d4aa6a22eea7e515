/**
 * Serves built pages, the console and those of the operator's: a folder with an `index.html`, and what it loads, at a path of its own.
 *
 * The files are read once, so that a path names a file of the folder or nothing. A link counts as what it leads to, within the folder alone:
 * Kubernetes mounts a ConfigMap as links. Addresses are relative: a proxy may put the gateway under
 * any path. The page may load and ask this server alone, and runs no inline script.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import type { Log } from '../../telemetry/log.ts';
import { readAcceptedEncoding } from '../http/encoding.ts';
import { namesTag } from '../http/entity-tag.ts';
import { HttpRefusal } from '../http/refusal.ts';

export interface BuiltPage {
  /** Such as `/chat`. */
  readonly path: string;
  /** By the path behind it, such as `assets/main-a1b2c3d4.js`; `index.html` is at `''`. */
  readonly files: ReadonlyMap<string, BuiltFile>;
}

interface BuiltFile {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Of a text: the build has left it beside the file (`main.js.br`), or it is made when it is first asked for. */
  brotli: Promise<Buffer> | null;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
const isText = (type: string): boolean => !/^(image\/png|font\/)/.test(type);

/** Throws where the folder cannot be read or has no `index.html`. Files of other kinds are left out, and so are links out of the folder. */
export function readBuiltPage(path: string, folder: string): BuiltPage {
  const files = new Map<string, BuiltFile>();
  const within = filesWithin(folder);
  for (const [name, file] of within) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const body = readFileSync(file);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const compressed = within.get(`${name}.br`);
    const brotli = compressed === undefined ? null : Promise.resolve(readFileSync(compressed));
    files.set(name === 'index.html' ? '' : name, { body, type, etag, brotli });
  }
  if (!files.has('')) throw new Error(`There is no index.html in ${folder}.`);
  return { path, files };
}

/** Real files by their path in the folder, such as `assets/main.js`. */
function filesWithin(folder: string): ReadonlyMap<string, string> {
  const root = realpathSync(folder);
  const found = new Map<string, string>();
  /** `above`: the real folders on the way, since a link may lead back to one of them. */
  function visit(at: string, prefix: string, above: readonly string[]): void {
    for (const name of readdirSync(at)) {
      // Kubernetes keeps what its links lead to in `..data`.
      if (name.startsWith('..')) continue;
      const written = join(at, name);
      if (!existsSync(written)) continue;
      const real = realpathSync(written);
      if (!real.startsWith(root + sep)) continue;
      if (statSync(real).isFile()) found.set(prefix + name, real);
      else if (statSync(real).isDirectory() && !above.includes(real)) visit(real, `${prefix}${name}/`, [...above, real]);
    }
  }
  visit(root, '', [root]);
  return found;
}

const taken = ['graphql', 'health', 'metrics', 'v1', 'console'];

/** Folders by name. A page that cannot be served is left out, and the log says so: the graph is served without it. */
export function readBuiltPages(folders: Readonly<Record<string, string>>, log: Pick<Log, 'warn'>): readonly BuiltPage[] {
  return Object.entries(folders).flatMap(([name, folder]) => {
    try {
      if (!/^[a-z][a-z0-9-]*$/.test(name) || taken.includes(name))
        throw new Error('This name is not free, or is more than a-z, 0-9 and "-".');
      return [readBuiltPage(`/${name}`, folder)];
    } catch (err) {
      log.warn(`server.pages.${name} is not served: it needs a folder with an index.html`, { err });
      return [];
    }
  });
}

export const builtPageAt = (pages: readonly BuiltPage[], path: string): BuiltPage | undefined =>
  pages.find((page) => path === page.path || path.startsWith(`${page.path}/`));

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': policy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Permissions-Policy': 'clipboard-write=(self)',
  Vary: 'Accept-Encoding',
};

/** Throws 404 for a file that is not there, and 405. */
export async function answerBuiltPage(page: BuiltPage, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HttpRefusal(405, `${request.method} is not used here: send GET.`, { Allow: 'GET, HEAD' });
  const [written = '', ...search] = (request.url ?? '').split('?');
  if (path === page.path && !written.endsWith('/')) {
    response.writeHead(308, { ...headers, Location: [`${page.path.slice(page.path.lastIndexOf('/') + 1)}/`, ...search].join('?') });
    return void response.end();
  }
  const name = path.slice(page.path.length + 1);
  // At `/chat//` its relative addresses would lead nowhere.
  const file = written.endsWith('//') ? undefined : page.files.get(name);
  if (file === undefined) throw new HttpRefusal(404, `The page at ${page.path}/ has no file at this path.`);
  // The name of an asset has a digest of what is in it.
  const shown = {
    ...headers,
    ETag: file.etag,
    'Cache-Control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (namesTag(request.headers['if-none-match'], file.etag)) {
    response.writeHead(304, shown);
    return void response.end();
  }
  const isBrotli = isText(file.type) && readAcceptedEncoding(request.headers['accept-encoding']) === 'br';
  if (isBrotli) file.brotli ??= promisify(brotliCompress)(file.body);
  const body = isBrotli ? ((await file.brotli) ?? file.body) : file.body;
  if (response.destroyed) return;
  response.writeHead(200, {
    ...shown,
    'Content-Type': file.type,
    'Content-Length': String(body.length),
    ...(isBrotli ? { 'Content-Encoding': 'br' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
