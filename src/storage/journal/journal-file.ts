/**
 * An append-only file whose lines survive kill -9 before the database has them. Each line has a checksum.
 *
 * When `append` returns, the operating system has the line. Power loss can take lines that the background fsync has not
 * reached yet (20 ms). A line that was cut by a kill or a full disk fails its checksum and is skipped.
 */
import { closeSync, createReadStream, fdatasync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const newline = 0x0a;
const checksumLength = 8;

export interface JournalFile {
  readonly path: string;
  /**
   * Appends one line, which must not contain a line break, and returns the position behind it. Throws the error of the disk; the file is then
   * unchanged.
   */
  append(text: string): number;
  /** Bytes written so far. */
  size(): number;
  /** Asks the disk to confirm what was written. Calls `failed` when the disk cannot. */
  sync(failed: (error: Error) => void): void;
  close(): void;
}

/** Continues behind the existing content; the first line creates the file. After a failed write the file is opened again. */
export function openJournalFile(path: string): JournalFile {
  let file: OpenFile | null = null;
  let size = 0;
  const opened = (): OpenFile => {
    if (file !== null) return file;
    const fd = openSync(path, 'a', 0o600);
    size = fstatSync(fd).size;
    file = { fd, dirty: false, syncing: false, closed: false };
    return file;
  };
  const close = (): void => {
    if (file === null) return;
    file.closed = true;
    if (!file.syncing) closeSync(file.fd);
    file = null;
  };
  let mayBeTorn = true;
  return {
    path,
    size: () => size,
    append(text) {
      const { fd } = opened();
      const line = Buffer.from(`${checksumOf(text)}${text}\n`);
      const bytes = mayBeTorn && size > 0 ? Buffer.concat([Buffer.of(newline), line]) : line;
      try {
        writeWhole(fd, bytes);
      } catch (error) {
        cut(fd, size);
        mayBeTorn = true;
        close();
        throw error;
      }
      mayBeTorn = false;
      size += bytes.length;
      opened().dirty = true;
      return size;
    },
    sync(failed) {
      if (file === null || !file.dirty || file.syncing) return;
      const syncing = file;
      syncing.dirty = false;
      syncing.syncing = true;
      fdatasync(syncing.fd, (error) => {
        syncing.syncing = false;
        if (syncing.closed) closeSync(syncing.fd);
        else if (error !== null) failed(error);
      });
    },
    close,
  };
}

interface OpenFile {
  readonly fd: number;
  dirty: boolean;
  syncing: boolean;
  closed: boolean;
}

export interface FileLine {
  /** Null: the line is incomplete. */
  readonly text: string | null;
  /** Position behind the line. */
  readonly end: number;
}

/** The lines behind `position`, in order. */
export async function* linesIn(path: string, position: number): AsyncGenerator<FileLine> {
  let rest = Buffer.alloc(0);
  let end = position;
  for await (const piece of createReadStream(path, { start: position })) {
    rest = Buffer.concat([rest, piece as Buffer]);
    let from = 0;
    for (let to = rest.indexOf(newline); to !== -1; to = rest.indexOf(newline, from)) {
      const line = rest.subarray(from, to);
      end += line.length + 1;
      from = to + 1;
      if (line.length > 0) yield { text: textOf(line), end };
    }
    rest = rest.subarray(from);
  }
  if (rest.length > 0) yield { text: null, end: end + rest.length };
}

function textOf(line: Buffer): string | null {
  const text = line.toString('utf8', checksumLength);
  return line.toString('latin1', 0, checksumLength) === checksumOf(text) ? text : null;
}

const checksumOf = (text: string): string => crc32(text).toString(16).padStart(checksumLength, '0');

/** A disk that becomes full may write a part of the bytes. */
function writeWhole(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}

/** Removes an incomplete line where possible. Otherwise its checksum shows that it is incomplete. */
function cut(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size);
  } catch {}
}
