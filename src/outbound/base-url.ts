/** What is wrong with a provider's base URL, as a sentence; null when it can be used. */
export function baseUrlMistake(url: unknown): string | null {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  const accepted = 'Accepted is an absolute http or https URL without user, query and fragment, such as https://api.example.com/v1.';
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return `The base URL is not an http or https URL. ${accepted}`;
  if (parsed.username !== '' || parsed.password !== '') return `The base URL carries a user or password. ${accepted}`;
  if (parsed.search !== '' || parsed.hash !== '') return `The base URL carries a query or a fragment. ${accepted}`;
  return null;
}

export const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
