import type { AiPeriod } from '../../generated.ts';

/** A storage of somebody else may have other periods. */
export const periodOf = (per: string): AiPeriod => periods[per] ?? 'OTHER';

const periods: Readonly<Partial<Record<string, AiPeriod>>> = {
  day: 'DAY',
  week: 'WEEK',
  month: 'MONTH',
  total: 'TOTAL',
  session: 'SESSION',
};
