/** Certificates for servers of tests: an authority that nobody trusts, and what it signs for 127.0.0.1. Valid for an hour. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface TestCertificates {
  /** Of the authority, as PEM. */
  readonly ca: string;
  /** Of the server, as PEM. */
  readonly cert: string;
  readonly key: string;
}

export function testCertificates(): TestCertificates {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signedBy = authority.privateKey;
  return {
    ca: certificate('Test Authority', authority.publicKey, signedBy, [isAuthority]),
    cert: certificate('127.0.0.1', server.publicKey, signedBy, [forLoopback]),
    key: server.privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
  };
}

/** X.509 (RFC 5280 §4.1), in DER, with a signature by ECDSA and SHA-256. */
function certificate(subject: string, subjectKey: KeyObject, signedBy: KeyObject, extensions: readonly Buffer[]): string {
  const now = Date.now();
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf('Test Authority'),
    sequence(utcTime(now - 60_000), utcTime(now + 3_600_000)),
    nameOf(subject),
    subjectKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, signedBy);
  const whole = sequence(body, ecdsaWithSha256, tagged(0x03, Buffer.of(0), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes);
const oid = (...bytes: readonly number[]): Buffer => tagged(0x06, Buffer.of(...bytes));
const extension = (id: Buffer, value: Buffer): Buffer => sequence(id, tagged(0x04, value));
const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const isAuthority = extension(oid(0x55, 0x1d, 0x13), sequence(tagged(0x01, Buffer.of(0xff))));
const forLoopback = extension(oid(0x55, 0x1d, 0x11), sequence(tagged(0x87, Buffer.of(127, 0, 0, 1))));

const nameOf = (commonName: string): Buffer =>
  sequence(tagged(0x31, sequence(oid(0x55, 0x04, 0x03), tagged(0x0c, Buffer.from(commonName)))));

const utcTime = (ms: number): Buffer => tagged(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
