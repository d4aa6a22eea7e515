/** Reads files and folders as sources, for ingestion from the shell. */
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { GatewayError } from '../../core/errors.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { endings, mediaTypeOfFile } from '../documents/media-type.ts';
import type { NewSource } from '../retrieval.ts';
import { usualLimits } from './source.ts';

export type FoundFile =
  | { readonly kind: 'source'; readonly path: string; readonly source: NewSource }
  /** `message` is the reason, as a sentence. */
  | { readonly kind: 'ignored'; readonly path: string; readonly message: string };

interface FilesOptions {
  /** Ids of sources are paths relative to this folder, with `/`. Default: the working directory. */
  readonly base?: string;
  readonly signal?: AbortSignal;
}

/**
 * Every readable file of the paths, folders walked in the order of names. Hidden files, `node_modules` and symbolic links are
 * passed over in silence, what has another format with a sentence. BAD_REQUEST for a path that does not exist.
 */
export async function* filesIn(paths: readonly string[], options: FilesOptions = {}): AsyncGenerator<FoundFile, void, undefined> {
  const base = resolve(options.base ?? '.');
  const seen = new Set<string>();
  for (const path of paths) {
    const whole = resolve(path);
    const stats = await lstat(whole).catch((cause: unknown) => {
      throw new GatewayError('BAD_REQUEST', `There is no file or folder "${path}".`, {}, { cause });
    });
    for await (const file of stats.isDirectory() ? walked(whole) : [whole]) {
      if (options.signal !== undefined) throwIfAborted(options.signal);
      if (seen.has(file)) continue;
      seen.add(file);
      yield await sourceOf(file, base);
    }
  }
}

async function* walked(folder: string): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter(isWanted).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walked(path);
    else yield path;
  }
}

const isWanted = (entry: Dirent): boolean =>
  (entry.isDirectory() || entry.isFile()) && !entry.name.startsWith('.') && entry.name !== 'node_modules';

async function sourceOf(file: string, base: string): Promise<FoundFile> {
  const path = idOf(file, base);
  const ignored = (message: string): FoundFile => ({ kind: 'ignored', path, message });
  const mediaType = mediaTypeOfFile(file);
  if (mediaType === null) return ignored(`Its format cannot be read. Files that can: ${endings.join(' ')}.`);
  const stats: Stats = await lstat(file);
  if (!stats.isFile()) return ignored('It is no regular file.');
  if (stats.size > usualLimits.sourceBytes)
    return ignored(`It has ${stats.size} bytes; a source may have ${usualLimits.sourceBytes}. Split it.`);
  const bytes = await readFile(file);
  if (mediaType.startsWith('text/') && isBinary(bytes)) return ignored('It is no text, whatever its name says.');
  const base64 = bytes.toString('base64');
  return { kind: 'source', path, source: { id: path, title: null, mediaType, text: null, base64, metadata: { path } } };
}

/** The path relative to the base where the file is inside it, else the whole path, so that no two files share an id. */
function idOf(file: string, base: string): string {
  const path = relative(base, file);
  return (path.startsWith('..') ? file : path).split(sep).join('/');
}

/** Whether the file is binary: it has a NUL in the first 8,000 bytes, which is git's rule. UTF-16 with a byte order mark is text. */
function isBinary(bytes: Buffer): boolean {
  const marked = bytes.length >= 2 && (bytes.readUInt16BE(0) === 0xfffe || bytes.readUInt16BE(0) === 0xfeff);
  return !marked && bytes.subarray(0, 8_000).includes(0);
}

const maxInBatch = 200;
const maxCharactersInBatch = 16_000_000;

/** Sources in groups that fit one ingestion each. */
export async function* batchSources(sources: AsyncIterable<NewSource>): AsyncGenerator<readonly NewSource[], void, undefined> {
  let batch: NewSource[] = [];
  let characters = 0;
  for await (const source of sources) {
    const size = (source.text ?? source.base64 ?? '').length;
    if (batch.length > 0 && (batch.length === maxInBatch || characters + size > maxCharactersInBatch)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(source);
    characters += size;
  }
  if (batch.length > 0) yield batch;
}
