/** How the paced model speaks: what the vendor sends by and the load counts by. */
export const tokenEveryMs = 20;
export const pacedTokens = 200;
/** Stands once in each token, and in nothing else that any contender sends. */
export const tokenMark = '~';
