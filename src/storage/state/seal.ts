/**
 * Encrypts texts at rest: AES-256-GCM under a key derived for each text from the master key. The ciphertext is bound to its
 * place, so that a sealed text that is copied elsewhere cannot be opened there.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GatewayError } from '../../core/errors.ts';

const version = 1;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const pseudonymLength = 22;

export interface Seal {
  /** Base64 text. `place` is not secret and must be the same to open it. */
  close(text: string, place: string): string;
  /** Null where the text was not sealed by this key for this place, or is damaged. */
  open(sealed: string, place: string): string | null;
  /** The same short text for the same text, 132 bits of base64url; nothing is learned from it without the master key. */
  pseudonym(text: string): string;
}

export function sealWith(master: Buffer): Seal {
  const pseudonymKey = Buffer.from(hkdfSync('sha256', master, '', 'fieldgate pseudonyms', keyBytes));
  const keyFor = (salt: Buffer): Buffer => Buffer.from(hkdfSync('sha256', master, salt, 'fieldgate seal', keyBytes));
  return {
    close(text, place) {
      const salt = randomBytes(saltBytes);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', keyFor(salt), nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(version), salt, nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed, 'base64');
      const headBytes = 1 + saltBytes + nonceBytes + tagBytes;
      if (bytes.length < headBytes || bytes[0] !== version) return null;
      const salt = bytes.subarray(1, 1 + saltBytes);
      const nonce = bytes.subarray(1 + saltBytes, headBytes - tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', keyFor(salt), nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(headBytes - tagBytes, headBytes));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(headBytes)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
    pseudonym: (text) => createHmac('sha256', pseudonymKey).update(text).digest('base64url').slice(0, pseudonymLength),
  };
}

/** Identifies a master key without revealing anything of it. */
export const fingerprintOf = (master: Buffer): string =>
  Buffer.from(hkdfSync('sha256', master, '', 'fieldgate master key fingerprint', keyBytes)).toString('base64');

/** The master key in that file, which only its owner may read; made when there is none. Null keeps one in memory. */
export function masterKey(file: string | null): Buffer {
  if (file === null) return randomBytes(keyBytes);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${crypto.randomUUID()}`;
  writeFileSync(fresh, randomBytes(keyBytes).toString('base64'), { mode: 0o600, flag: 'wx' });
  try {
    // Linking fails when another process was first: then its key is the one.
    linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  const key = Buffer.from(readFileSync(file, 'utf8'), 'base64');
  if (key.length === keyBytes) return key;
  throw new GatewayError(
    'BAD_REQUEST',
    `The master key "${file}" is damaged: ${keyBytes} bytes in base64 were expected. The file as it was made would be accepted; deleting it gives up what it sealed.`,
  );
}
