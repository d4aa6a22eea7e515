/** Vertex AI's words: those of Gemini and of Claude, at other paths and with tokens. */
import { vertexProvider } from '../../../src/providers/ai-sdk/vertex/vertex.ts';
import { anthropic, canary, type Dialect, google } from '../dialects.ts';

const provider: Dialect['provider'] = (origin) =>
  vertexProvider({
    project: 'shop',
    location: 'europe-west4',
    baseUrl: origin,
    token: () => ({ token: canary, expiresAt: Date.now() + 3_600_000 }),
  });

export const vertex: Dialect = { ...google, name: 'vertex', provider };
export const vertexClaude: Dialect = { ...anthropic, name: 'vertex', model: 'claude-haiku-4-5@20251001', provider };
