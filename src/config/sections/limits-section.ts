/** `server.limits`: its table stands where the server uses it, in `server/server-limits.ts`. */
import { type LimitEntry, limitTable, type ServerLimits, serverLimits } from '../../server/server-limits.ts';
import { wholeNumber } from '../kinds/numbers.ts';
import { type Rule, section } from '../kinds/section.ts';
import type { Setting } from '../kinds/setting.ts';

const dayMs = 24 * 60 * 60 * 1000;

type LimitSettings = { readonly [K in keyof typeof limitTable]: Setting<number, number | undefined, false> };

const entries: readonly (readonly [string, LimitEntry])[] = Object.entries(limitTable);

const settings = Object.fromEntries(entries.map(([name, entry]) => [name, limitSetting(name, entry)])) as LimitSettings;

function limitSetting(
  name: string,
  { default: value, words, max = name.endsWith('Ms') ? dayMs : undefined }: LimitEntry,
): LimitSettings['maxTokens'] {
  const accepted = `a whole number from 1${max === undefined ? ' on' : ` to ${max}`}`;
  const unit = name.endsWith('Ms') ? 'milliseconds' : /Bytes/.test(name) ? 'bytes' : undefined;
  return wholeNumber({
    accepted,
    ...(unit === undefined ? {} : { unit }),
    ...(max === undefined ? {} : { max }),
    ...(typeof value === 'number' ? { default: value } : { otherwise: words ?? '' }),
  });
}

/** The share of clients without a key must leave a part of the whole for clients with one. */
const shareRules: readonly Rule<LimitSettings>[] = entries.flatMap(([name, { below }]) => {
  if (below === undefined) return [];
  const share = name as keyof ServerLimits;
  const rule: Rule<LimitSettings> = {
    reads: [share, below],
    mistakes(given) {
      const limits = serverLimits(given);
      return given[share] !== undefined && limits[share] >= limits[below]
        ? [
            `server.limits.${share} is ${limits[share]}, and ${below} is ${limits[below]}. It must be below it, so that clients with a key get in.`,
          ]
        : [];
    },
  };
  return [rule];
});

export const limitsSection = section('server.limits', settings, { rules: shareRules });
