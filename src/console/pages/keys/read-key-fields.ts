/** What a form with the fields of a key says, and what of it is new. */
import type { KeyRowFragment, UpdateAiKeyInput } from './keys.generated.ts';

/** What a form with these fields says: empty is null, which removes. */
export function readKeyFields(form: FormData) {
  const text = (name: string): string | null => String(form.get(name) ?? '').trim() || null;
  const routes = form.getAll('routes').map(String);
  const expires = text('expiresAt');
  const perMinute = text('requestsPerMinute');
  return {
    scopes: form.getAll('scopes').map(String),
    routes: routes.length === 0 ? null : routes,
    monthlyBudget: text('monthlyBudget'),
    requestsPerMinute: perMinute === null ? null : Number(perMinute),
    expiresAt: expires === null ? null : new Date(expires).toISOString(),
  };
}

/** For `<input type="datetime-local">`, which knows no zone. */
export function localText(at: string | null): string {
  if (at === null) return '';
  const moment = new Date(at);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What differs from the key as the form showed it. Only that is sent: somebody else may have changed the rest meanwhile. */
export function changedFields(form: FormData, shown: KeyRowFragment): UpdateAiKeyInput {
  const { name, scopes, routes, monthlyBudget, requestsPerMinute, expiresAt } = shown;
  // The form shows no seconds.
  const minute = expiresAt === null ? null : new Date(localText(expiresAt)).toISOString();
  const before = { name, scopes, routes, monthlyBudget, requestsPerMinute, expiresAt: minute };
  const said = { name: String(form.get('name')), ...readKeyFields(form) };
  const fields = Object.keys(before) as (keyof typeof before)[];
  return Object.fromEntries(fields.flatMap((field) => (textOf(said[field]) === textOf(before[field]) ? [] : [[field, said[field]]])));
}

const textOf = (value: unknown): string => JSON.stringify(Array.isArray(value) ? value.toSorted() : value);
