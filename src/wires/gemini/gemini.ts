/**
 * Gemini's `generateContent` and `streamGenerateContent?alt=sse` (ai.google.dev/api/generate-content).
 *
 * The model and the wish for a stream stand in the path, not in the body: a door adds them to the body as `model` and `stream`
 * before it has it decoded.
 */
import type { Wire } from '../wire.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeEvents } from './decode-events.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeEvents } from './encode-events.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeFailure } from './failures.ts';
import type { GeminiSettings } from './request/model-family.ts';

export const geminiWire: Wire<GeminiSettings> = {
  encodeRequest,
  decodeRequest,
  decodeAnswer,
  encodeAnswer,
  decodeEvents,
  encodeEvents,
  encodeFailure,
};
