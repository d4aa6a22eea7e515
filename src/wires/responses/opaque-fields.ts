/** What OpenAI wants back with the history: the id and the encrypted text of reasoning, and the phase of a message. */
import type { OpaqueFields } from '../opaque-parts.ts';

export const openaiOpaque: OpaqueFields = { vendor: 'openai', fields: ['itemId', 'reasoningEncryptedContent'], textFields: ['phase'] };
