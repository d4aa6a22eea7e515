/** Chat Completions: OpenAI's protocol of 2023, which most servers speak in some way of their own. */
import { encodeFailure } from '../openai/refusals.ts';
import type { Wire } from '../wire.ts';
import type { ChatSettings } from './chat-settings.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeEvents } from './decode-events.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeEvents } from './encode-events.ts';
import { encodeRequest } from './encode-request.ts';

export const chatCompletions: Wire<ChatSettings> = {
  encodeRequest,
  decodeRequest,
  decodeAnswer,
  encodeAnswer,
  decodeEvents,
  encodeEvents,
  encodeFailure,
};
