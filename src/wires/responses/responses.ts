/** The OpenAI Responses API (platform.openai.com, API reference). Its dialects differ in nothing that a provider would have to know. */
import { encodeFailure } from '../openai/refusals.ts';
import type { Wire } from '../wire.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeEvents } from './decode-events.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeEvents } from './encode-events.ts';
import { encodeRequest } from './encode-request.ts';

export type ResponsesSettings = Readonly<Record<never, never>>;

export const responses: Wire<ResponsesSettings> = {
  encodeRequest,
  decodeRequest,
  decodeAnswer,
  encodeAnswer,
  decodeEvents,
  encodeEvents,
  encodeFailure,
};
