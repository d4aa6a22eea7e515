/** All mistakes of a configuration at once, in sentences, each with the path of what is wrong, before anything listens. */
import type { GatewayConfig } from './config.ts';
import { delayMistakes } from './delays.ts';
import { documentMistakes, retrievalMistakes } from './documents.ts';
import { graphMistakes } from './graph.ts';
import { limitMistakes } from './limits.ts';
import { deploymentMistakes, routeMistakes, routeNameMistakes } from './models.ts';
import { serverMistakes, storageMistakes, telemetryMistakes } from './server.ts';
import { settingMistakes, shapeMistakes } from './settings.ts';
import { teamMistakes } from './teams.ts';
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
