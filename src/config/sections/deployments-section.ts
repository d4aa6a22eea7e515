/** A deployment: a model of a provider, its price and what it can do. */
import type { Capability } from '../../providers/provider.ts';
import { listOf } from '../kinds/composed.ts';
import { amount, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { nameOf, oneOf, text } from '../kinds/texts.ts';
import { price } from './price-section.ts';

const capabilities: Readonly<Record<Capability, true>> = {
  completion: true,
  embedding: true,
  tools: true,
  images: true,
  files: true,
  json: true,
  reasoning: true,
  extractive: true,
};

export const deploymentSection = section('deployments.<id>', {
  /** The provider that serves the model. */
  provider: needed(nameOf('providers')),
  /** Name of the model at the vendor. */
  model: needed(
    text({
      accepted: "the vendor's name of the model, such as gpt-5-mini",
      whenEmpty: "It is the vendor's name of the model, such as gpt-5-mini.",
    }),
  ),
  /** What the model can do. Write `['embedding']` for an embedding model. */
  capabilities: listOf(oneOf(Object.keys(capabilities) as Capability[], { plural: 'Capabilities' }), {
    default: ['completion', 'tools', 'json', 'images'],
  }),
  /** Price in US dollars per million tokens. It replaces the price table. */
  price,
  /** Id of the vendor in the price table, when it differs from the provider's name: `openai`, `anthropic`, `google`. */
  pricedAs: text({ otherwise: "the provider's name" }),
  /** Maximum number of input and output tokens together. */
  contextWindow: wholeNumber({ unit: 'tokens', otherwise: 'what the price table says of the model' }),
  /** Maximum number of output tokens that is sent when a request has none of its own. */
  maxOutputTokens: wholeNumber({ unit: 'tokens', default: 4_096 }),
  /** Where the model runs, in a word of your choice such as `eu`. The `regions` of `rules` refer to it. */
  region: text({ whenEmpty: 'Write where the model runs, or leave it out.' }),
  /** Share of the calls under the `weighted` strategy. */
  weight: amount({ default: 1 }),
});
