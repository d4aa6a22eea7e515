import type { GatewayConfig } from './config.ts';
import { isUsd, isWhole, shown } from './mistake-sentences.ts';

export function teamMistakes(config: GatewayConfig): string[] {
  return Object.entries(config.teams ?? {}).flatMap(([name, team]) => {
    const path = `teams.${name}`;
    const found: string[] = [];
    for (const key of ['dailyBudget', 'monthlyBudget'] as const) {
      const value = team[key];
      if (value !== undefined && !isUsd(value))
        found.push(`${path}.${key} is ${shown(value)}. It must be US dollars as text, such as "25.00".`);
    }
    for (const key of ['requestsPerMinute', 'callsPerMinute', 'concurrency'] as const) {
      const value = team[key];
      if (value !== undefined && !isWhole(value, 1)) found.push(`${path}.${key} is ${shown(value)}. It must be a whole number above 0.`);
    }
    return found;
  });
}
