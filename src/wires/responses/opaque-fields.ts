/** What OpenAI wants back with the history: the id and the encrypted text of reasoning, and the phase of a message. */
import { objectOf, parseJson } from '../json-fields.ts';
import type { OpaqueFields } from '../opaque-parts.ts';

export const openaiOpaque: OpaqueFields = { vendor: 'openai', fields: ['itemId', 'reasoningEncryptedContent'], textFields: ['phase'] };

/** Whether an opaque part of any vendor belongs to the text before it. */
export const isOfText = (opaque: string): boolean => objectOf(parseJson(opaque))['of'] === 'text';
