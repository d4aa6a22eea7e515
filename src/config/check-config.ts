/** All mistakes of a configuration at once, in sentences, each with the path of what is wrong, before anything listens. */

import { documentMistakes, retrievalMistakes } from './collections-section.ts';
import type { GatewayConfig } from './config.ts';
import { delayMistakes } from './delay-bounds.ts';
import { graphMistakes } from './graph-section.ts';
import { limitMistakes } from './limits-section.ts';
import { deploymentMistakes, routeMistakes, routeNameMistakes } from './routes-section.ts';
import { serverMistakes, storageMistakes, telemetryMistakes } from './server-section.ts';
import { settingMistakes, shapeMistakes } from './setting-names.ts';
import { teamMistakes } from './team-section.ts';
import { warningsOf } from './warnings.ts';

export interface ConfigReport {
  /** The gateway does not start with these. */
  readonly mistakes: readonly string[];
  /** It starts, and refuses some calls. */
  readonly warnings: readonly string[];
}

/** `folder`: where the configuration lies; its relative paths begin there. */
export function checkConfig(config: GatewayConfig, folder: string): ConfigReport {
  const shapes = shapeMistakes(config);
  if (shapes.length > 0) return { mistakes: shapes, warnings: [] };
  const mistakes = [
    ...settingMistakes(config),
    ...deploymentMistakes(config),
    ...routeMistakes(config),
    ...routeNameMistakes(config),
    ...documentMistakes(config, folder),
    ...retrievalMistakes(config),
    ...teamMistakes(config),
    ...graphMistakes(config, folder),
    ...serverMistakes(config),
    ...limitMistakes(config),
    ...delayMistakes(config),
    ...storageMistakes(config),
    ...telemetryMistakes(config),
  ];
  return { mistakes, warnings: warningsOf(config) };
}
