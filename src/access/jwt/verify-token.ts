/** Verifies a JWT: its signature, its audience and its time. */
import { errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import { GatewayError } from '../../core/errors.ts';
import type { Issuer } from './issuer.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Maximum number of keys that are tried for a token that names no key. */
const maxTried = 5;

/**
 * Returns the claims. Throws UNAUTHENTICATED with what is wrong and what would be accepted, and MODEL_UNAVAILABLE while the issuer's keys are not
 * known.
 */
export async function verifyToken(token: string, issuer: Issuer, keys: Pick<SigningKeys, 'find'>, now: number): Promise<JWTPayload> {
  const options: JWTVerifyOptions = {
    issuer: issuer.issuer,
    audience: [...issuer.audiences],
    algorithms: [...issuer.algorithms],
    clockTolerance: issuer.clockSkewSeconds,
    currentDate: new Date(now),
    requiredClaims: ['exp'],
  };
  try {
    const payload = await verifyWithAny(token, keys.find, options);
    if (typeof payload.iat === 'number' && payload.iat > now / 1_000 + issuer.clockSkewSeconds) {
      throw refused(`was issued at ${dateOf(payload.iat)}, which is in the future`);
    }
    return payload;
  } catch (error) {
    throw error instanceof GatewayError ? error : refused(problemOf(error, issuer), error);
  }
}

async function verifyWithAny(token: string, find: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, find, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      if (tried === maxTried) break;
      tried += 1;
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function problemOf(error: unknown, { name, audiences, algorithms }: Issuer): string {
  if (error instanceof errors.JWTExpired) return `expired at ${dateOf(error.payload.exp)}`;
  if (error instanceof errors.JWTClaimValidationFailed) return claimProblem(error, audiences);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `is signed by an algorithm that is not accepted (accepted: ${algorithms.join(', ')})`;
  if (error instanceof errors.JWKSNoMatchingKey) return `is signed with a key that the issuer "${name}" does not publish`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'has a signature that does not hold';
  return 'is no signed JWT that can be read';
}

function claimProblem({ claim, reason, payload }: errors.JWTClaimValidationFailed, audiences: readonly string[]): string {
  if (reason === 'missing') return `has no claim "${claim}"`;
  if (claim === 'aud') return `is for another audience (accepted: ${audiences.join(', ')})`;
  if (claim === 'nbf' && reason === 'check_failed') return `does not hold before ${dateOf(payload.nbf)}`;
  return `has a claim "${claim}" that is not accepted`;
}

function dateOf(seconds: unknown): string {
  const date = new Date(Number(seconds) * 1_000);
  return Number.isNaN(date.getTime()) ? 'an unreadable time' : date.toISOString();
}

/** `why` follows the words "This token". */
export const refused = (why: string, cause?: unknown): GatewayError =>
  new GatewayError(
    'UNAUTHENTICATED',
    `This token ${why}. A token in force of an issuer that is configured here would be accepted, or a virtual key, sent as "Authorization: Bearer fg_…".`,
    {},
    cause === undefined ? {} : { cause },
  );
