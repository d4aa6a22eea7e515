/** The values of `providers`: made by our factories, or by the operator's own. */
import type { Provider } from '../../providers/provider.ts';
import { isObject, makeValue } from '../kinds/composed.ts';

export const provider = makeValue<Provider>(
  'provider',
  "a provider, such as openaiProvider({ apiKey: secretFrom('OPENAI_API_KEY') })",
  (value) => isObject(value) && typeof value['name'] === 'string' && typeof value['send'] === 'function',
  ({ mistakes = [] }) => mistakes,
);
