/** What the doors ask about a caller beside its identity: the contract that limits it, and whether its token is of a foreign issuer. */
import type { Principal } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import { issuerIn } from './jwt/accept-tokens.ts';

/** The rules of one version of the configuration. */
export interface CallerRules {
  /** Names of the contracts of the graph. */
  readonly contracts: readonly string[];
  /** Contract of anonymous callers. Null: none. */
  readonly contractOfAnonymous: string | null;
  readonly acceptForeignTokens: boolean;
  /** Values of `iss` of the trusted issuers. */
  readonly issuers: ReadonlySet<string>;
}

interface AskedOfCallers {
  readonly contracts: () => readonly string[];
  readonly contractOf: (principal: Principal, asked: string | null) => string | null;
  readonly isForeignToken: (authorization: string) => boolean;
}

/** Reads the rules again at each question, so that a new configuration counts. `basePath`: what all paths of the server begin with. */
export const callerRules = (rules: () => CallerRules, basePath = ''): AskedOfCallers => ({
  contracts: () => rules().contracts,
  contractOf: (principal, asked) => contractOf(rules(), principal, asked, `${basePath}/graphql`),
  isForeignToken: (authorization) => isForeignToken(rules(), authorization),
});

/**
 * The contract that limits the caller: its team's, or the one of anonymous callers; otherwise the contract that it asks for. Throws FORBIDDEN when
 * it asks for a different one.
 */
function contractOf(
  { contractOfAnonymous, contracts }: CallerRules,
  { kind, contract }: Principal,
  asked: string | null,
  path: string,
): string | null {
  const held = (kind === 'anonymous' ? contractOfAnonymous : null) ?? contract ?? null;
  if (held !== null && !contracts.includes(held))
    throw new GatewayError(
      'FORBIDDEN',
      `You may see the graph of the contract "${held}" alone, and the configuration has none of that name any more.`,
    );
  if (held === null || asked === null || asked === held) return held ?? asked;
  throw new GatewayError('FORBIDDEN', `You may see the graph of the contract "${held}" alone: ask ${path}, or ${path}/${held}.`);
}

/** Whether the header has a bearer token that is neither a key of a gateway nor of a trusted issuer, where such tokens are accepted. */
function isForeignToken({ acceptForeignTokens, issuers }: CallerRules, authorization: string): boolean {
  if (!acceptForeignTokens) return false;
  const [, token] = /^bearer +(?!fgt?_)(\S+) *$/i.exec(authorization) ?? [];
  if (token === undefined) return false;
  if (issuers.size === 0) return true;
  // A token that is not a JWT has no issuer.
  const issuer = issuerIn(token);
  return issuer === null || !issuers.has(issuer);
}
