import type { GatewayConfig } from '../../config/config.ts';
import { ownValue } from '../../config/mistake-sentences.ts';
import { mistakeText } from '../../fields/ai-field.ts';
import type { FieldsRead } from '../../fields/read-fields.ts';
import { embeddingModelOf } from '../routes.ts';

/** The route that embeds all indexes. */
export const embeddingRoute = 'embedding';

/** What makes an index useless or ambiguous. Sentences with file and line. */
export function indexMistakes(config: GatewayConfig, { indexes, fields }: FieldsRead): readonly string[] {
  const names = indexes.map(({ name }) => name);
  const known = [...new Set(names)].join(', ') || 'none';
  return [
    ...indexes.flatMap(({ name, typeName, place }, at) => {
      const found: string[] = [];
      if (ownValue(config.collections, name) !== undefined)
        found.push(`${typeName}: the index "${name}" has the name of a collection. Give it another.`);
      if (names.indexOf(name) !== at) found.push(`${typeName}: there is another index "${name}". Give each a name of its own.`);
      if (embeddingModelOf(config, embeddingRoute) === null) {
        found.push(`${typeName}: the index "${name}" needs the route "${embeddingRoute}", with a deployment that embeds.`);
      }
      return found.map((message) => mistakeText({ place, message }));
    }),
    ...fields.flatMap((field) =>
      field.kind === 'similar' && !names.includes(field.index)
        ? [mistakeText({ place: field.place, message: `${field.coordinate}: there is no index "${field.index}". Indexes: ${known}.` })]
        : [],
    ),
  ];
}
