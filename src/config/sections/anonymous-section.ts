/** What callers without credentials may do. */
import { listOf } from '../kinds/composed.ts';
import { section } from '../kinds/section.ts';
import { flag, nameOf, text } from '../kinds/texts.ts';

/** Scopes that may be given to everybody. A scope that reads or writes somebody's data is not among them. */
const openScopes: readonly string[] = ['ai:use'];

export const anonymousSection = section('anonymous', {
  /** Scopes that they have, for `@requiresScopes`. `@authenticated` refuses them whatever is written here. */
  scopes: listOf(
    text({
      accepted: 'a scope, such as shop:read',
      fits: (scope) => scope.trim() !== '' && (!scope.startsWith('ai:') || openScopes.includes(scope)),
      refusal: 'Anonymous callers may have ai:use and scopes of subgraphs; the other scopes of the gateway are for keys.',
    }),
    { default: [] },
  ),
  /** Routes that they may use. There is no default, because models cost money. */
  routes: listOf(nameOf('routes'), { default: [] }),
  /** The team whose limits they share: a name of `teams`. */
  team: text({ accepted: 'the name of a team', otherwise: "nobody's" }),
  /** The contract of `graph.contracts` that limits them. */
  contract: text({ accepted: 'the name of a contract', otherwise: 'none: they see the whole graph' }),
  /**
   * Accepts bearer tokens of other issuers without reading them: their callers are anonymous. Subgraphs that receive `authorization` judge such
   * tokens. A token that looks like a key of this gateway must be a valid key.
   */
  acceptForeignTokens: flag({ default: false }),
});
