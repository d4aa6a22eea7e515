/** Anthropic's Messages API (docs.claude.com, API reference). */
import type { Wire } from '../wire.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeEvents } from './decode-events.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeFailure } from './failures.ts';
import type { MessagesSettings } from './request/structured-output.ts';

export const messages: Pick<Wire<MessagesSettings>, 'encodeRequest' | 'decodeAnswer' | 'decodeEvents' | 'encodeFailure'> = {
  encodeRequest,
  decodeAnswer,
  decodeEvents,
  encodeFailure,
};
