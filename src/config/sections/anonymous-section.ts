/** What callers without credentials may do. */
import { listOf } from '../kinds/composed.ts';
import { section } from '../kinds/section.ts';
import { flag, nameOf, text } from '../kinds/texts.ts';

/** Scopes of the gateway that may be everybody's: none that reads or writes what belongs to somebody. */
const openScopes: readonly string[] = ['ai:use'];

export const anonymousSection = section('anonymous', {
  /** Scopes that they have, for `@requiresScopes`. `@authenticated` refuses them whatever stands here. */
  scopes: listOf(
    text({
      accepted: 'a scope, such as shop:read',
      fits: (scope) => scope.trim() !== '' && (!scope.startsWith('ai:') || openScopes.includes(scope)),
      refusal: 'Anonymous callers may have ai:use and scopes of subgraphs; the other scopes of the gateway are for keys.',
    }),
    { default: [] },
  ),
  /** Routes that they may use: models cost money, so that they are named. */
  routes: listOf(nameOf('routes'), { default: [] }),
  /** Whose limits they draw on, all together: a name of `teams`. */
  team: text({ accepted: 'the name of a team', otherwise: "nobody's" }),
  /** The contract of `graph.contracts` that they are held to. */
  contract: text({ accepted: 'the name of a contract', otherwise: 'none: they see the whole graph' }),
  /**
   * Bearer tokens of other issuers are accepted, and mean nothing here: their callers are anonymous. Subgraphs that are sent
   * `authorization` judge them. A token that looks like a key of this gateway must be one.
   */
  acceptForeignTokens: flag({ default: false }),
});
