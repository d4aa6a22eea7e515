/**
 * Gemini's `generateContent` and `streamGenerateContent?alt=sse` (ai.google.dev/api/generate-content).
 *
 * The path carries the model and whether to stream. A door copies both into the body, as `model` and `stream`, before it is decoded.
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
