/** Makes a request one that a wire can encode: images as bytes, and what all models must be told in words. */
import type { CompletionRequest, ContentPart, Message } from '../../core/request/request.ts';
import { type ImageRules, imageFetcher } from './image-fetcher.ts';

/** Without a schema some vendors demand the word JSON in the prompt, and the others have no other way to be told. */
const anyJson = 'Answer with one JSON value and nothing else.';

/** Throws BAD_REQUEST for an image that is refused. */
export function prepareRequest(
  request: CompletionRequest,
  rules: ImageRules,
  signal: AbortSignal,
): CompletionRequest | Promise<CompletionRequest> {
  if (!hasImagesToFetch(request)) return toldInWords(request);
  return withFetchedImages(request.messages, rules, signal).then((messages) => toldInWords({ ...request, messages }));
}

export const hasImagesToFetch = ({ messages }: CompletionRequest): boolean => messages.some(hasUrl);

function toldInWords(request: CompletionRequest): CompletionRequest {
  const { output, messages } = request;
  return output.format === 'json' && output.schema === null ? { ...request, messages: askingForJson(messages) } : request;
}

const namesUrl = (part: ContentPart): part is Extract<ContentPart, { readonly url: string }> => part.type === 'image' && 'url' in part;
/** Images elsewhere are refused by the wire. */
const hasUrl = ({ role, content }: Message): boolean => role === 'user' && content.some(namesUrl);

function withFetchedImages(messages: readonly Message[], rules: ImageRules, signal: AbortSignal): Promise<readonly Message[]> {
  const fetched = imageFetcher(rules, signal);
  const withBytes = async (part: ContentPart): Promise<ContentPart> =>
    namesUrl(part) ? { type: 'image', ...(await fetched(part.url)) } : part;
  return Promise.all(
    messages.map(async (message) =>
      hasUrl(message) ? { ...message, content: await Promise.all(message.content.map(withBytes)) } : message,
    ),
  );
}

function askingForJson(messages: readonly Message[]): readonly Message[] {
  const told: ContentPart = { type: 'text', text: anyJson };
  const [first, ...rest] = messages;
  if (first?.role !== 'system') return [{ role: 'system', content: [told] }, ...messages];
  const texts = first.content.map((part) => (part.type === 'text' ? part.text : ''));
  return [{ role: 'system', content: [{ type: 'text', text: [texts.join('\n'), anyJson].join('\n\n') }] }, ...rest];
}
