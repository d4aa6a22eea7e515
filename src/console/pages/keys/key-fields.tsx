/** The fields of a key that people fill in. */
import { useViewer } from '../../session/viewer.tsx';
import type { KeyRowFragment } from './keys.generated.ts';
import { localText } from './read-key-fields.ts';

const scopesSaid: Readonly<Record<string, string>> = {
  'ai:use': 'ask models',
  'ai:ingest': 'put sources into collections',
  'ai:usage': 'read what the team used',
  'ai:usage:all': 'read what everybody used',
  'ai:metrics': 'read /metrics',
  'ai:freeform': 'send documents that are not trusted ones',
  'ai:plan': 'see query plans',
  'ai:keys': 'manage keys of the team',
  'ai:keys:all': 'manage keys of every team',
  'ai:teams': 'manage teams of the organisation',
  'ai:teams:all': 'manage every team',
  'ai:act-as': 'act for users',
};

/** `of`: the key as it is; absent: a new one. */
export function KeyFields({ of: key }: { readonly of?: KeyRowFragment }) {
  const viewer = useViewer();
  const scopes = [...new Set([...viewer.scopes, ...(key?.scopes ?? [])])];
  const routes = [...new Set([...viewer.routes, ...(key?.routes ?? [])])];
  return (
    <>
      <fieldset className="checks">
        <legend>What it may do</legend>
        {scopes.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              name="scopes"
              value={scope}
              defaultChecked={key === undefined ? scope === 'ai:use' : key.scopes.includes(scope)}
            />
            <span>
              <code>{scope}</code> {scopesSaid[scope] !== undefined && <span className="hint">{scopesSaid[scope]}</span>}
            </span>
          </label>
        ))}
      </fieldset>
      <details>
        <summary>Routes, limits and expiry</summary>
        <div className="stack details-body">
          <fieldset className="checks">
            <legend>Routes that it may use</legend>
            {routes.map((route) => (
              <label key={route}>
                <input type="checkbox" name="routes" value={route} defaultChecked={key?.routes?.includes(route) ?? false} />
                <code>{route}</code>
              </label>
            ))}
            <small className="hint">None ticked: all that you may use.</small>
          </fieldset>
          <div className="fields">
            <label className="field">
              <span>Monthly budget in USD</span>
              <input
                name="monthlyBudget"
                inputMode="decimal"
                pattern="\d{1,9}(\.\d{1,9})?"
                defaultValue={key?.monthlyBudget ?? ''}
                placeholder="no limit"
              />
              <small>Such as 20 or 0.5. Empty: no limit of its own.</small>
            </label>
            <label className="field">
              <span>Operations a minute</span>
              <input
                name="requestsPerMinute"
                inputMode="numeric"
                pattern="\d{1,9}"
                defaultValue={key?.requestsPerMinute ?? ''}
                placeholder="no limit"
              />
            </label>
            <label className="field">
              <span>Expires</span>
              <input name="expiresAt" type="datetime-local" defaultValue={localText(key?.expiresAt ?? null)} />
              <small>In the time zone of this device. Empty: never, or with the key that made it.</small>
            </label>
          </div>
        </div>
      </details>
    </>
  );
}

/** A secret outlives the token of this console: who makes one shows the key itself, once more, for this one request. */
export const OwnKeyField = () => (
  <label className="field">
    <span>Your own key, once more</span>
    <input name="ownKey" type="password" autoComplete="off" placeholder="fg_…" required spellCheck={false} />
    <small>The console asks with a token, and a token makes no secrets. Your key is sent for this one request and is not kept.</small>
  </label>
);
