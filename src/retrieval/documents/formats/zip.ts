/**
 * Measures what a ZIP archive really unpacks to. The declared sizes may be false, so every entry is inflated once, with a
 * bound, and discarded: a ZIP bomb is refused here and not in the library that reads the document.
 */
import { inflateRawSync } from 'node:zlib';
import { GatewayError } from '../../../core/errors.ts';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const maxEntries = 10_000;

/** Throws BAD_REQUEST when the archive is broken, has too many entries or more than `maxBytes` when unpacked. */
export function checkZip(bytes: Uint8Array, maxBytes: number): void {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let left = maxBytes;
  for (const entry of entriesOf(archive)) {
    if (entry.method === 0) left -= entry.packed;
    else left -= inflatedBytes(archive.subarray(entry.at, entry.at + entry.packed), left, maxBytes);
    if (left < 0) throw tooBig(maxBytes);
  }
}

const broken = (): GatewayError => new GatewayError('BAD_REQUEST', 'It is no readable ZIP archive, as a DOCX document is one.');
const tooBig = (maxBytes: number): GatewayError =>
  new GatewayError('BAD_REQUEST', `It unpacks to more than ${maxBytes / 1_000_000} MB, which no document of text needs.`);

function entriesOf(archive: Buffer): { readonly method: number; readonly packed: number; readonly at: number }[] {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > archive.length || archive.readUInt32LE(end) !== endOfDirectory) throw broken();
  const count = archive.readUInt16LE(end + 10);
  if (count > maxEntries) throw new GatewayError('BAD_REQUEST', `It has ${count} files inside; a document may have ${maxEntries}.`);
  let at = archive.readUInt32LE(end + 16);
  return Array.from({ length: count }, () => {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== directoryEntry) throw broken();
    const method = archive.readUInt16LE(at + 10);
    const packed = archive.readUInt32LE(at + 20);
    const header = archive.readUInt32LE(at + 42);
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    if (header + 30 > archive.length || (method !== 0 && method !== 8)) throw broken();
    return { method, packed, at: header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28) };
  });
}

function inflatedBytes(packed: Buffer, left: number, maxBytes: number): number {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, left) }).length;
  } catch (error) {
    if (error instanceof RangeError) throw tooBig(maxBytes);
    throw broken();
  }
}
