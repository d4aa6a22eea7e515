/** Chat Completions: OpenAI's protocol of 2023, which most servers speak in some way of their own. */
import type { Wire } from '../wire.ts';
import type { ChatSettings } from './chat-settings.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeEvents } from './decode-events.ts';
import { encodeRequest } from './encode-request.ts';

export const chatCompletions: Pick<Wire<ChatSettings>, 'encodeRequest' | 'decodeAnswer' | 'decodeEvents'> = {
  encodeRequest,
  decodeAnswer,
  decodeEvents,
};
