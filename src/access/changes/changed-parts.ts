/** What of a key, a team or an organisation is other after a change, in texts for people. Secrets and who did it are not among the parts. */
import { isDeepStrictEqual } from 'node:util';
import { decimalOf } from '../../core/money.ts';
import type { ChangedPart } from '../../storage/changes/changes.ts';
import type { OrganisationRecord, TeamRecord } from '../../storage/directory/directory.ts';
import type { KeyRecord } from '../../storage/keys/keys.ts';

type Texts = ReadonlyMap<string, string>;

const maxParts = 50;
const maxTextLength = 200;

/** `before`: null for a key that was just made. */
export const changedKey = (before: KeyRecord | null, after: KeyRecord): readonly ChangedPart[] =>
  differences(keyTexts(before), keyTexts(after));

/** `before`: null for one that was just made. */
export const changedEntry = <R extends OrganisationRecord | TeamRecord>(before: R | null, after: R): readonly ChangedPart[] =>
  differences(entryTexts(before), entryTexts(after));

/** Whether nothing was changed but who is to have changed it, and when. Then others, who expect the version that they have read, are not to be refused. */
export const isUnchanged = <R extends OrganisationRecord | KeyRecord>(before: R, after: R): boolean =>
  isDeepStrictEqual({ ...after, updatedAt: before.updatedAt, updatedBy: before.updatedBy }, before);

function keyTexts(key: KeyRecord | null): Texts {
  if (key === null) return new Map();
  const { name, team, scopes, routes, monthlyBudget, requestsPerMinute, callsPerMinute, agent, session, expiresAt } = key;
  const expires = expiresAt === null ? null : new Date(expiresAt).toISOString();
  return textsOf({ name, team, scopes, routes, monthlyBudget, requestsPerMinute, callsPerMinute, agent, session, expiresAt: expires });
}

function entryTexts(record: OrganisationRecord | TeamRecord | null): Texts {
  if (record === null) return new Map();
  const organisation = 'organisation' in record ? record.organisation : null;
  return textsOf({ description: record.description, organisation, ...record.policy });
}

function differences(before: Texts, after: Texts): readonly ChangedPart[] {
  const parts: ChangedPart[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const part = { name, before: before.get(name) ?? null, after: after.get(name) ?? null };
    if (part.before !== part.after) parts.push({ ...part, before: shortened(part.before), after: shortened(part.after) });
  }
  return parts.slice(0, maxParts);
}

const shortened = (text: string | null): string | null =>
  text === null || text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength).toWellFormed()}…`;

/** Parts that are amounts of nano-dollars. */
const amounts: ReadonlySet<string> = new Set(['monthlyBudget', 'most', 'amount']);

/** `budgets.month`, `perUser.requestsPerMinute`, `agents.support-bot.session.turns`: what is null or empty is not there. */
function textsOf(parts: object): Texts {
  const texts = new Map<string, string>();
  const add = (path: readonly string[], value: unknown): void => {
    const last = path.at(-1) ?? '';
    if (value === null || value === undefined) return;
    if (typeof value === 'number' && amounts.has(last)) {
      // A budget is called by its period, and so is its amount.
      texts.set((last === 'most' ? path.slice(0, -1) : path).join('.'), decimalOf(value));
    } else if (typeof value !== 'object') texts.set(path.join('.'), String(value));
    else if (!Array.isArray(value)) for (const [name, part] of Object.entries(value)) add([...path, name], part);
    else if (value.every((item) => typeof item !== 'object')) addList(path, value, last);
    else for (const { per, name = per, ...item } of value as readonly { per?: string; name?: string }[]) add([...path, name ?? ''], item);
  };
  /** Of scopes and routes, an empty list stands for none, and null for all. */
  const addList = (path: readonly string[], items: readonly unknown[], last: string): void => {
    if (items.length > 0) texts.set(path.join('.'), items.join(', '));
    else if (last === 'routes' || last === 'scopes') texts.set(path.join('.'), '');
  };
  add([], parts);
  return texts;
}
