/** What the doors ask about a caller beside who it is: which contract it is held to, and whose token it shows. */
import type { Principal } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import { issuerIn } from './jwt/accept-tokens.ts';

/** Of one reading of the configuration. */
export interface CallerRules {
  /** Names of the variants of the graph. */
  readonly contracts: readonly string[];
  /** Null: anonymous callers are held to none. */
  readonly contractOfAnonymous: string | null;
  readonly acceptForeignTokens: boolean;
  /** What the tokens of the issuers that are trusted here have as `iss`. */
  readonly issuers: ReadonlySet<string>;
}

interface AskedOfCallers {
  readonly contracts: () => readonly string[];
  readonly contractOf: (principal: Principal, asked: string | null) => string | null;
  readonly isForeignToken: (authorization: string) => boolean;
}

/** By the rules of the moment. */
export const callerRules = (rules: () => CallerRules): AskedOfCallers => ({
  contracts: () => rules().contracts,
  contractOf: (principal, asked) => contractOf(rules(), principal, asked),
  isForeignToken: (authorization) => isForeignToken(rules(), authorization),
});

/** The contract that the caller is held to: that of its team, or of anonymous callers; else the one that it asks by. Throws FORBIDDEN for another one. */
function contractOf({ contractOfAnonymous, contracts }: CallerRules, { kind, contract }: Principal, asked: string | null): string | null {
  const held = (kind === 'anonymous' ? contractOfAnonymous : null) ?? contract ?? null;
  if (held !== null && !contracts.includes(held))
    throw new GatewayError(
      'FORBIDDEN',
      `You may see the graph of the contract "${held}" alone, and the configuration has none of that name any more.`,
    );
  if (held === null || asked === null || asked === held) return held ?? asked;
  throw new GatewayError('FORBIDDEN', `You may see the graph of the contract "${held}" alone: ask /graphql, or /graphql/${held}.`);
}

/** Whether the header has a bearer token that is no key of a gateway and of no issuer that is trusted here, where such tokens are accepted. */
function isForeignToken({ acceptForeignTokens, issuers }: CallerRules, authorization: string): boolean {
  if (!acceptForeignTokens) return false;
  const [, token] = /^bearer +(?!fgt?_)(\S+) *$/i.exec(authorization) ?? [];
  if (token === undefined) return false;
  if (issuers.size === 0) return true;
  // A token that is no JWT is of none of them.
  const issuer = issuerIn(token);
  return issuer === null || !issuers.has(issuer);
}
