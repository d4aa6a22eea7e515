/** Finds all mistakes of a configuration at once, before the gateway listens. Each is a sentence with the path of the wrong value. */
import type { GatewayConfig } from './config.ts';
import { isObject } from './kinds/composed.ts';
import { withRules } from './kinds/section.ts';
import type { Names } from './kinds/setting.ts';
import { gatewaySection } from './sections/gateway-section.ts';
import { warningsOf } from './warnings.ts';
import { wholeRules } from './whole-rules.ts';

export interface ConfigReport {
  /** With a mistake, the gateway does not start. */
  readonly mistakes: readonly string[];
  /** With a warning, the gateway starts, and may refuse some calls. */
  readonly warnings: readonly string[];
}

const wholeConfig = withRules(gatewaySection, wholeRules);

/** `folder`: the folder of the configuration. Its relative paths begin there. */
export function checkConfig(config: GatewayConfig, folder: string): ConfigReport {
  const given: Partial<Readonly<Record<keyof Names, unknown>>> = config;
  const names = (kind: keyof Names): readonly string[] => (isObject(given[kind]) ? Object.keys(given[kind]) : []);
  const mistakes = wholeConfig.mistakes('', config, { folder, names });
  return { mistakes, warnings: mistakes.length === 0 ? warningsOf(config) : warningsBeside(config) };
}

/** A configuration of the wrong form cannot be read further. Only the mistakes of its form are reported. */
function warningsBeside(config: GatewayConfig): readonly string[] {
  try {
    return warningsOf(config);
  } catch (error) {
    if (error instanceof TypeError) return [];
    throw error;
  }
}
