import type { Strategy } from '../route.ts';

/** As configured: the first is the one wanted, the others stand by. */
export const ordered: Strategy = (deployments) => deployments;
