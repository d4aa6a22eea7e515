/** Who may read and write which collection. A collection exists because the configuration names it. */
import { credentialOf, type Principal } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';

export interface CollectionConfig {
  /** Teams, principals by id, or `*` for everyone with the scope to search. Default: `*`. */
  readonly readers?: readonly string[];
  /** The same for ingesting and deleting. Default: `*`. */
  readonly writers?: readonly string[];
  /** Route that embeds passages and questions. Default: `embedding`. */
  readonly embeddingRoute?: string;
  /** The model of that route's deployments: passages and questions are only compared within one model. */
  readonly embeddingModel: string;
  /**
   * How far a passage must stand out by its vector to count as relevant, 0 to 1: the part of the way from the similarity
   * of any passage of the collection (0) to an identical text (1). Default: see `search/relevance.ts`.
   */
  readonly similarityFloor?: number;
}

export interface Collection {
  readonly name: string;
  readonly embeddingRoute: string;
  readonly embeddingModel: string;
  readonly similarityFloor: number | null;
}

export interface Collections {
  /** In the order of the configuration. */
  readable(principal: Principal): readonly Collection[];
  /**
   * Throws BAD_REQUEST, in the same words for an unknown name and for a collection that the principal may not read, so that names cannot be
   * found by guessing: who may write is everybody where the configuration does not say.
   */
  toRead(principal: Principal, name: string): Collection;
  /** Throws BAD_REQUEST in the same way, and FORBIDDEN for a collection that the principal may only read. */
  toWrite(principal: Principal, name: string): Collection;
}

export function collectionsOf(config: Readonly<Record<string, CollectionConfig>>): Collections {
  const all = Object.entries(config);
  const permitted = (principal: Principal, right: 'readers' | 'writers') =>
    all.filter(([, settings]) => allows(settings[right], principal)).map(([name, settings]) => collectionOf(name, settings));
  const permit = (principal: Principal, name: string, right: 'readers' | 'writers'): Collection => {
    const collections = permitted(principal, right);
    const found = collections.find((collection) => collection.name === name);
    if (found !== undefined) return found;
    const verb = right === 'readers' ? 'read' : 'write';
    const others = `Collections: ${collections.map((collection) => collection.name).join(', ') || 'none'}.`;
    if (right === 'writers' && permitted(principal, 'readers').some((collection) => collection.name === name)) {
      throw new GatewayError('FORBIDDEN', `You may not write the collection "${name}". ${others}`);
    }
    throw new GatewayError('BAD_REQUEST', `There is no collection "${shown(name)}" that you may ${verb}. ${others}`);
  };
  return {
    readable: (principal) => permitted(principal, 'readers'),
    toRead: (principal, name) => permit(principal, name, 'readers'),
    toWrite: (principal, name) => permit(principal, name, 'writers'),
  };
}

/** Whether everybody who may search at all may read it. */
export const isForAll = ({ readers = ['*'] }: Pick<CollectionConfig, 'readers'>): boolean => readers.includes('*');

function allows(list: readonly string[] | undefined, principal: Principal): boolean {
  if (list === undefined || principal.kind === 'service') return true;
  const names = namesOf(principal);
  return list.some((entry) => entry === '*' || names.includes(entry));
}

/**
 * The names by which the configuration may mean a principal: its credential, with the name of its user where an issuer gave one, and its
 * team.
 */
function namesOf(principal: Principal): readonly string[] {
  const { team, user, kind } = principal;
  const credential = credentialOf(principal);
  const ofUser = kind === 'jwt' && user !== undefined && user.name !== null ? [`${credential}:${user.name}`] : [];
  return [credential, ...ofUser, ...(team === null ? [] : [team])];
}

function collectionOf(name: string, config: CollectionConfig): Collection {
  return {
    name,
    embeddingRoute: config.embeddingRoute ?? 'embedding',
    embeddingModel: config.embeddingModel,
    similarityFloor: config.similarityFloor ?? null,
  };
}

const shown = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}…` : name);
