/** Limits as they are written in the shell: `month=50,rpm=60` for a user or an agent, `amount=2,turns=40` for a session. */
import type { SessionCaps } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { AgentPolicy, PolicyBudget, UserPolicy } from '../../storage/directory/directory.ts';
import { amountIn, wholeIn } from './written-values.ts';

const periods = ['day', 'week', 'month', 'total'] as const satisfies readonly PolicyBudget['per'][];
const rates = ['rpm', 'cpm', 'tpm', 'concurrency'] as const;
const caps = ['tokens', 'turns', 'calls', 'minutes'] as const;

type Parts = ReadonlyMap<string, number>;

export const userLimitsIn =
  (flag: string) =>
  (text: string): UserPolicy =>
    limitsOf(partsIn(flag, text, [...periods, ...rates]));

export const sessionIn =
  (flag: string) =>
  (text: string): SessionCaps =>
    capsOf(partsIn(flag, text, ['amount', ...caps]));

/** `NAME:LIMITS`, with caps of its sessions among the limits. The name may have colons. */
export const agentLimitsIn =
  (flag: string) =>
  (text: string): AgentPolicy => {
    const [, name, written = ''] = /^(.+):([^:]*)$/.exec(text) ?? [];
    if (name === undefined) refuse(flag, text, 'the name of an agent and its limits, such as support-bot:month=50,rpm=60,turns=40');
    const parts = partsIn(flag, written, [...periods, ...rates, 'amount', ...caps]);
    const hasCaps = ['amount', ...caps].some((part) => parts.has(part));
    return { name, ...limitsOf(parts), session: hasCaps ? capsOf(parts) : null };
  };

const amounts: readonly string[] = [...periods, 'amount'];

function partsIn(flag: string, text: string, known: readonly string[]): Parts {
  const parts = new Map<string, number>();
  for (const written of text.split(',')) {
    const [, name = '', value = ''] = /^([a-z]+)=(.+)$/.exec(written) ?? [];
    if (!known.includes(name) || parts.has(name)) refuse(flag, text, `parts with commas between, each once: ${known.join('=…, ')}=…`);
    parts.set(name, (amounts.includes(name) ? amountIn : wholeIn)(`${flag} ${name}`)(value));
  }
  return parts;
}

const limitsOf = (parts: Parts): UserPolicy => ({
  budgets: periods.flatMap((per) => {
    const most = parts.get(per);
    return most === undefined ? [] : [{ per, most }];
  }),
  requestsPerMinute: parts.get('rpm') ?? null,
  callsPerMinute: parts.get('cpm') ?? null,
  tokensPerMinute: parts.get('tpm') ?? null,
  concurrency: parts.get('concurrency') ?? null,
});

/** As long as a session of the configuration. */
const usualMinutes = 240;

const capsOf = (parts: Parts): SessionCaps => ({
  amount: parts.get('amount') ?? null,
  tokens: parts.get('tokens') ?? null,
  turns: parts.get('turns') ?? null,
  calls: parts.get('calls') ?? null,
  minutes: parts.get('minutes') ?? usualMinutes,
  warnAt: [],
});

function refuse(flag: string, text: string, accepted: string): never {
  throw new GatewayError('BAD_REQUEST', `${flag} is "${text}". It must be ${accepted}; or none.`);
}
