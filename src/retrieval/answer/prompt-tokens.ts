/** Bounds the tokens that retrieval puts around a question, for quotes. */

/** The instructions (`prompt.ts`) are about 120 tokens. */
const maxInstructionTokens = 200;
/** A passage has at most 1,500 characters (`ingestion/chunk-document.ts`), in the worst case a token each. */
const maxPassageTokens = 1_500;

export const countAnswerTokens = (passages: number): number => maxInstructionTokens + passages * maxPassageTokens;
