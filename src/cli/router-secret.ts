/**
 * The secret that a router sends to be answered `_entities`: from the environment, or, in development, created once and
 * kept.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GatewayConfig, isDevelopment } from '../config/config.ts';
import { GatewayError } from '../core/errors.ts';
import { Secret, secretFrom } from '../core/secret.ts';
import { stateFolder } from './open-state.ts';

const variable = 'FIELDGATE_ROUTER_SECRET';
const fewestCharacters = 16;

export interface RouterSecret {
  readonly secret: Secret;
  /** It was generated here, so it is printed for its owner. */
  readonly made: boolean;
}

export function routerSecret(config: GatewayConfig, folder: string): RouterSecret {
  const given = secretFrom(variable);
  if (given !== null) {
    if (given.reveal().length < fewestCharacters)
      throw new GatewayError(
        'BAD_REQUEST',
        `${variable} has fewer than ${fewestCharacters} characters. A random one of 32 cannot be guessed.`,
      );
    return { secret: given, made: false };
  }
  if (!isDevelopment(config))
    throw new GatewayError(
      'BAD_REQUEST',
      `${variable} is not set. Give it a random text of ${fewestCharacters} characters or more, and have the router send it: without it anybody could write what goes into prompts.`,
    );
  return { secret: new Secret(keptOrMade(stateFolder(config, folder))), made: true };
}

function keptOrMade(folder: string): string {
  const file = join(folder, 'router-secret');
  const read = (): string => readFileSync(file, 'utf8').trim();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new GatewayError('BAD_REQUEST', `The router's secret cannot be kept in ${folder}. Set ${variable}.`, {}, { cause: error });
  }
  return read();
}
