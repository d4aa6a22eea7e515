/** Finds the prompts of the prompts folder for callers that name one: `prompt: { template: { id, variables } }`. */
import type { Principal } from '../core/call/call.ts';
import { firstNames, GatewayError } from '../core/errors.ts';
import { quotedDataRule } from '../core/request/quote-text.ts';
import type { CompletionRequest, Message } from '../core/request/request.ts';
import type { PromptFile } from './prompts.ts';
import { holesOf, parseTemplate, render } from './template.ts';

/** Prompts that are kept on the server. */
export interface Templates {
  ids(): readonly string[];
  /** The prompt with its version as reports show it, such as `product-summary@3`; null: there is none. Default: it is not known. */
  nameOf?(id: string, version: string | null): string | null;
  /** Throws BAD_REQUEST for an unknown id or version and for variables that do not fit. */
  render(id: string, version: string | null, variables: Readonly<Record<string, unknown>>, principal: Principal): RenderedTemplate;
}

/** The messages, and settings that the prompt fixes; the caller's own come second. */
export interface RenderedTemplate {
  readonly messages: CompletionRequest['messages'];
  readonly settings: Partial<Omit<CompletionRequest, 'kind' | 'messages'>>;
}

/** The tag `prompt` of calls that a prompt of the prompts folder makes. */
export const promptName = (id: string, version: string | null): string => (version === null ? id : `${id}@${version}`);

export function templatesOf(prompts: ReadonlyMap<string, PromptFile>): Templates {
  const ids = (): string[] => [...new Set([...prompts.values()].map(({ id }) => id))];
  return {
    ids,
    nameOf(id, version) {
      const prompt = prompts.get(version === null ? id : `${id}@${version}`);
      return prompt === undefined ? null : promptName(prompt.id, prompt.version);
    },
    render(id, version, variables) {
      const prompt = prompts.get(version === null ? id : `${id}@${version}`);
      if (prompt === undefined) {
        const versions = [...prompts.keys()].filter((key) => key.startsWith(`${id}@`)).map((key) => key.slice(id.length + 1));
        const known = versions.length > 0 ? `Versions of "${id}": ${versions.join(', ')}.` : `Templates: ${ids().join(', ') || 'none'}.`;
        throw new GatewayError('BAD_REQUEST', `There is no template "${version === null ? id : `${id}@${version}`}". ${known}`);
      }
      const texts = [prompt.system, prompt.text].map((text) => (text === null ? null : parseTemplate(text).template));
      const wanted = new Set(texts.flatMap((template) => (template === null ? [] : holesOf(template).map(([head = '']) => head))));
      const missing = [...wanted].filter((name) => !Object.hasOwn(variables, name));
      const unknown = Object.keys(variables).filter((name) => !wanted.has(name));
      if (missing.length > 0 || unknown.length > 0) {
        const wrong = firstNames([...missing.map((name) => `"${name}" is missing`), ...unknown.map((name) => `"${name}" is not in it`)]);
        throw new GatewayError(
          'BAD_REQUEST',
          `The variables do not fit the template "${id}": ${wrong}. Its variables: ${[...wanted].join(', ') || 'none'}.`,
        );
      }
      const [system, text] = texts.map((template) => (template === null ? '' : render(template, variables, null)));
      const rules = [system, text?.includes('<data ') === true ? quotedDataRule : '']
        .filter((rule) => rule !== undefined && rule !== '')
        .join('\n');
      const messages: Message[] = [
        ...(rules === '' ? [] : [{ role: 'system' as const, content: [{ type: 'text' as const, text: rules }] }]),
        { role: 'user', content: [{ type: 'text', text: text ?? '' }] },
      ];
      const { maxInputTokens, maxOutputTokens, temperature } = prompt;
      return {
        messages,
        settings: {
          ...(maxInputTokens === null ? {} : { maxInputTokens }),
          ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
          ...(temperature === null ? {} : { temperature }),
        },
      };
    },
  };
}
