import type { ServerResponse } from 'node:http';
import { respondJson } from '../http/respond.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Why it is not ready, in sentences. */
  readonly reasons: readonly string[];
  /** The engine that runs operations over several subgraphs; absent where there are none. */
  readonly engine?: string;
}

/** Answers whenever the process runs and its event loop turns. */
export const answerLive = (response: ServerResponse): void => respondJson(response, 200, { live: true });

/** Whether traffic should be sent here: not while a store or the schema is missing, nor during shutdown. */
export async function answerReady(response: ServerResponse, readiness: () => Promise<Readiness>, draining: boolean): Promise<void> {
  const told = draining ? { ready: false, reasons: ['The gateway is shutting down.'] } : await judged(readiness);
  respondJson(response, told.ready ? 200 : 503, told);
}

export const isReady = async (readiness: () => Promise<Readiness>): Promise<boolean> => (await judged(readiness)).ready;

async function judged(readiness: () => Promise<Readiness>): Promise<Readiness> {
  try {
    return await readiness();
  } catch {
    return { ready: false, reasons: ['The readiness check itself failed.'] };
  }
}
