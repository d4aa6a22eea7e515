/** Knows which routes embed the questions to collections and indexes. Quotes need them before a question is asked. */
import { type CollectionConfig, isForAll } from './collections.ts';

type Settings = Pick<CollectionConfig, 'embeddingRoute' | 'readers' | 'writers'>;

export interface QuestionRoutes {
  /** The route that embeds for a collection or an index; null when there is neither. */
  embeddingRoute(name: string): string | null;
  /**
   * The routes of which one embeds a question to what a caller named. A quote does not know who asks. So the answer is the same for a
   * collection that not everybody may read as for an unknown name, so that a quote does not show which collections exist.
   */
  questionRoutes(name: string): readonly string[];
}

/** `indexes`: of entities; null for an unknown name. */
export function openQuestionRoutes(
  collections: Readonly<Record<string, Settings>>,
  indexes: { embeddingRoute(index: string): string | null },
): QuestionRoutes {
  const collectionNamed = (name: string): Settings | undefined => (Object.hasOwn(collections, name) ? collections[name] : undefined);
  const embeddingRoute: QuestionRoutes['embeddingRoute'] = (name) => {
    const collection = collectionNamed(name);
    return collection === undefined ? indexes.embeddingRoute(name) : routeOf(collection);
  };
  return {
    embeddingRoute,
    questionRoutes(name) {
      const collection = collectionNamed(name);
      const route = embeddingRoute(name);
      if (route !== null && (collection === undefined || isForAll(collection))) return [route];
      return [
        ...new Set(
          Object.values(collections)
            .filter((each) => !isForAll(each))
            .map(routeOf),
        ),
      ];
    },
  };
}

const routeOf = ({ embeddingRoute = 'embedding' }: Settings): string => embeddingRoute;
