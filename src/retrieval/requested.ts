/** Checks what a caller asks of retrieval before any work is done. Every refusal says what would have been accepted. */
import { GatewayError } from '../core/errors.ts';
import type { NewSource } from './retrieval.ts';

const maxQueryCharacters = 8_000;
const maxPassages = 50;
const maxSources = 1_000;
const maxIdCharacters = 512;
const maxMetadataCharacters = 16_000;
/** Of all sources together as they are sent, base64 included: they wait in the database as one job. */
const maxCharacters = 64_000_000;

export function checkQuery(name: 'query' | 'question', text: string, first: number): void {
  if (text.trim() === '') throw new GatewayError('BAD_REQUEST', `The ${name} is empty. Ask in words.`);
  if (text.length > maxQueryCharacters) {
    throw new GatewayError('BAD_REQUEST', `The ${name} has ${text.length} characters; it may have ${maxQueryCharacters}.`);
  }
  if (!Number.isInteger(first) || first < 1 || first > maxPassages) {
    throw new GatewayError('BAD_REQUEST', `first is ${first}; it may be 1 to ${maxPassages}.`);
  }
}

export function checkSources(sources: readonly NewSource[]): void {
  if (sources.length === 0 || sources.length > maxSources) {
    throw new GatewayError('BAD_REQUEST', `There are ${sources.length} sources; one ingestion takes 1 to ${maxSources}.`);
  }
  const seen = new Set<string>();
  let characters = 0;
  for (const source of sources) {
    checkSource(source);
    if (seen.has(source.id)) throw new GatewayError('BAD_REQUEST', `Two sources have the id "${source.id}". Each needs its own.`);
    seen.add(source.id);
    characters += (source.text ?? source.base64 ?? '').length;
  }
  if (characters > maxCharacters) {
    const most = `${maxCharacters / 1_000_000} million characters, base64 included`;
    throw new GatewayError('BAD_REQUEST', `The sources are too large for one ingestion, which takes ${most}. Send several.`);
  }
}

function checkSource({ id, text, base64, metadata }: NewSource): void {
  if (id.trim() === '' || id.length > maxIdCharacters || id.includes('\0')) {
    throw new GatewayError('BAD_REQUEST', `A source's id has 1 to ${maxIdCharacters} characters. "${id.slice(0, 40)}" does not fit.`);
  }
  if ((text === null) === (base64 === null)) {
    throw new GatewayError('BAD_REQUEST', `The source "${id}" needs exactly one of text and base64.`);
  }
  if (base64 !== null && !/^[A-Za-z0-9+/_-]*={0,2}$/.test(base64.replace(/\s+/g, ''))) {
    throw new GatewayError('BAD_REQUEST', `base64 of the source "${id}" has characters that base64 does not have.`);
  }
  if ((JSON.stringify(metadata ?? null)?.length ?? 0) > maxMetadataCharacters) {
    throw new GatewayError('BAD_REQUEST', `The metadata of "${id}" are longer than ${maxMetadataCharacters} characters of JSON.`);
  }
}
