import { GatewayError } from '../core/errors.ts';

/** What is wrong with a provider's base URL, as a sentence; null when it can be used. */
export function baseUrlMistake(url: string): string | null {
  const parsed = URL.parse(url);
  const accepted = 'Accepted is an absolute http or https URL without user, query and fragment, such as https://api.example.com/v1.';
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return `The base URL is not an http or https URL. ${accepted}`;
  if (parsed.username !== '' || parsed.password !== '') return `The base URL carries a user or password. ${accepted}`;
  if (parsed.search !== '' || parsed.hash !== '') return `The base URL carries a query or a fragment. ${accepted}`;
  return null;
}

/** The URL without a slash at its end. Throws BAD_REQUEST with the provider's name for one that cannot be used. */
export function checkedBaseUrl(provider: string, url: string): string {
  const mistake = baseUrlMistake(url);
  if (mistake !== null) throw new GatewayError('BAD_REQUEST', `Provider "${provider}": ${mistake}`);
  return url.replace(/\/+$/, '');
}
