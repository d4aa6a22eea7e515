/** Where the provider options of a request stand in Gemini's body. */
import { GatewayError } from '../../../core/errors.ts';
import type { JsonObject } from '../../json-fields.ts';

/** Options that are fields of `generationConfig`. */
export const generationOptions = [
  'thinkingConfig',
  'responseModalities',
  'mediaResolution',
  'imageConfig',
  'audioTimestamp',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
] as const;
/** Options that are fields of the body. */
export const bodyOptions = ['safetySettings', 'cachedContent', 'labels', 'serviceTier', 'continuationToken'] as const;
/** Options that are read here and sent under other names. */
const ownOptions = ['structuredOutputs', 'threshold', 'retrievalConfig'] as const;
/** The categories for which one threshold sets all. */
const categories = [
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
] as const;

export interface PlacedOptions {
  readonly generationConfig: JsonObject;
  readonly body: JsonObject;
  readonly toolConfig: JsonObject;
  /** False: the schema is not sent, for one that Gemini does not take. */
  readonly structuredOutputs: boolean;
  readonly warnings: readonly string[];
}

/** Throws BAD_REQUEST where several answers are asked for. */
export function placeOptions(options: JsonObject): PlacedOptions {
  const { candidateCount, structuredOutputs, threshold, safetySettings } = options;
  if ((candidateCount ?? 1) !== 1) {
    throw new GatewayError(
      'BAD_REQUEST',
      'The provider option "candidateCount" asks for several answers. One answer is given: 1 is accepted.',
    );
  }
  const known: readonly string[] = [...generationOptions, ...bodyOptions, ...ownOptions, 'candidateCount'];
  const given = Object.keys(options).filter((name) => options[name] !== undefined && options[name] !== null);
  const safety =
    safetySettings === undefined && typeof threshold === 'string'
      ? { safetySettings: categories.map((category) => ({ category, threshold })) }
      : {};
  const picked = (names: readonly string[]): JsonObject =>
    Object.fromEntries(names.filter((name) => given.includes(name)).map((name) => [name, options[name]]));
  return {
    generationConfig: picked(generationOptions),
    body: { ...picked(bodyOptions), ...safety },
    toolConfig: picked(['retrievalConfig']),
    structuredOutputs: structuredOutputs !== false,
    warnings: given
      .filter((name) => !known.includes(name))
      .map((name) => `Gemini has no provider option "${name.slice(0, 64)}" here; it was left out. It has ${known.join(', ')}.`),
  };
}
