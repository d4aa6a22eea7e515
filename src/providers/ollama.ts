import { type Fetch, sharedFetch } from '../outbound/pooled-fetch.ts';
import { checkProvider } from './checked-provider.ts';
import { openaiCompatibleProvider } from './openai-compatible.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';

export interface OllamaOptions {
  readonly name?: string;
  /** As Ollama's own OLLAMA_HOST: `127.0.0.1:11434`, `http://gpu-box`, `0.0.0.0`. */
  readonly host?: string;
  /** See `thinkTags` of `openaiCompatibleProvider`. */
  readonly thinkTags?: boolean;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Models of an Ollama server.
 *
 * @example
 * ```ts
 * import { defineConfig, ollamaProvider } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: { ollama: ollamaProvider({ host: '127.0.0.1:11434' }) },
 *   deployments: { llama: { provider: 'ollama', model: 'llama3.2', price: { input: 0, output: 0 } } },
 *   routes: { default: { deployments: ['llama'] } },
 * });
 * ```
 */
export const ollamaProvider = ({
  name = 'ollama',
  host = '',
  thinkTags = false,
  images = {},
  fetch = sharedFetch,
}: OllamaOptions = {}): Provider =>
  checkProvider(name, { name }, () => openaiCompatibleProvider({ name, baseUrl: `${ollamaUrl(host)}/v1`, thinkTags, images, fetch }));

/** The URL that a value of OLLAMA_HOST means to a client: http and port 11434 unless it says otherwise (443 for https), and loopback for "every address". */
export function ollamaUrl(host: string): string {
  const text = host.trim().replace(/\/+$/, '');
  const [, scheme = 'http', rest = text] = /^(https?):\/\/(.*)$/.exec(text) ?? [];
  const [, name = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(rest) ?? [];
  const open = name === '' || name === '0.0.0.0' || name === '[::]';
  const standard = /^https?:\/\//.test(text) ? { http: '80', https: '443' }[scheme] : '11434';
  return `${scheme}://${open ? '127.0.0.1' : name}:${port || standard}`;
}
