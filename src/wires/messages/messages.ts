/** Anthropic's Messages API (docs.claude.com, API reference). */
import type { Wire } from '../wire.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeEvents } from './decode-events.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeEvents } from './encode-events.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeFailure } from './failures.ts';
import type { MessagesSettings } from './request/structured-output.ts';

export const messages: Wire<MessagesSettings> = {
  encodeRequest,
  decodeRequest,
  decodeAnswer,
  encodeAnswer,
  decodeEvents,
  encodeEvents,
  encodeFailure,
};
