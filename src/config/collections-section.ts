/** Collections, and the documents that are read into them at the start. */

import { embeddingModelOf } from '../assembly/routes.ts';
import type { GatewayConfig } from './config.ts';
import { isWhole, listed, notThere, own, shown } from './mistake-sentences.ts';

export function documentMistakes(config: GatewayConfig, folder: string): string[] {
  const collections = Object.entries(config.collections ?? {});
  const embedders = Object.keys(config.routes).filter((route) => embeddingModelOf(config, route) !== null);
  return [
    ...collections.flatMap(([name, { embeddingRoute = 'embedding' }]) =>
      embeddingModelOf(config, embeddingRoute) === null
        ? [
            `collections.${name}.embeddingRoute is ${shown(embeddingRoute)}, which has no deployment that embeds. Routes that do: ${listed(embedders)}.`,
          ]
        : [],
    ),
    ...(config.documents ?? []).flatMap(({ collection, paths }, index) => [
      ...(own(config.collections, collection) === undefined
        ? [`documents.${index}.collection is ${shown(collection)}. Collections: ${listed(collections.map(([name]) => name))}.`]
        : []),
      ...paths.flatMap((path, at) => notThere(`documents.${index}.paths.${at}`, path, folder)),
    ]),
  ];
}

export function retrievalMistakes({ retrieval = {} }: GatewayConfig): string[] {
  return Object.entries(retrieval).flatMap(([name, value]: [string, unknown]) =>
    !name.startsWith('max') || (typeof value === 'number' && isWhole(value, 1))
      ? []
      : [`retrieval.${name} is ${shown(value)}. It must be a whole number above 0.`],
  );
}
