/** Whether a deployment can serve a request at all, said before anything is sent. */
import type { ModelRequest } from '../core/request/request.ts';
import { estimateInput } from '../core/request/tokens.ts';
import type { Capability } from '../providers/provider.ts';
import type { Deployment } from './route.ts';

const words: Readonly<Record<Capability, string>> = {
  completion: 'completions',
  embedding: 'embeddings',
  tools: 'tools',
  images: 'images',
  files: 'files',
  json: 'JSON output',
  reasoning: 'reasoning',
  extractive: 'extraction',
};

/** What the request needs of a model. */
export function needsOf(request: ModelRequest): readonly Capability[] {
  if (request.kind === 'embedding') return ['embedding'];
  const needs: Capability[] = ['completion'];
  if (request.tools.length > 0 && request.toolChoice.type !== 'none') needs.push('tools');
  if (request.output.format === 'json') needs.push('json');
  const parts = request.messages.flatMap((message) => message.content);
  if (parts.some((part) => part.type === 'image')) needs.push('images');
  if (parts.some((part) => part.type === 'file')) needs.push('files');
  return needs;
}

export const can = (deployment: Deployment, needs: readonly Capability[]): boolean =>
  needs.every((need) => deployment.capabilities.includes(need));

/** `JSON output and images`: needs in the words of a sentence; what every completion needs goes without saying. */
export function namesOf(needs: readonly Capability[]): string {
  const special = needs.filter((need) => need !== 'completion');
  return (special.length === 0 ? needs : special).map((need) => words[need]).join(' and ');
}

/** Input tokens in total, and of the longest text to embed. Estimated once per request object. */
export const inputEstimateOf = estimateInput;

/** Input tokens that the deployment has room for, beside the answer that the request asks; null: unknown. */
export function roomFor(request: ModelRequest, deployment: Deployment): number | null {
  if (deployment.contextWindow === null) return null;
  const answer = request.kind === 'embedding' ? 0 : (request.maxOutputTokens ?? 1);
  return deployment.contextWindow - answer;
}

/**
 * Output tokens to ask of the deployment: the request's own maximum, else the deployment's, shortened to what its
 * context window leaves. 0 for embeddings.
 */
export function outputTokensToAsk(request: ModelRequest, deployment: Deployment): number {
  if (request.kind === 'embedding') return 0;
  if (request.maxOutputTokens !== null) return request.maxOutputTokens;
  if (deployment.contextWindow === null) return deployment.maxOutputTokens;
  return Math.max(1, Math.min(deployment.maxOutputTokens, deployment.contextWindow - inputEstimateOf(request).total));
}
