import { useEffect, useMemo, useState } from 'react';
import { refreshAll, useReadAt } from '../data/freshness.ts';
import { ownZone, useTimeZone, zones } from '../location/time-zone.ts';
import { Icon } from '../parts/icon.tsx';
import { Time } from '../parts/time.tsx';
import { AccountMenu } from './account-menu.tsx';

export function TopBar({ onFind }: { readonly onFind: () => void }) {
  const readAt = useReadAt();
  return (
    <header className="top-bar">
      <button type="button" className="find" onClick={onFind}>
        <Icon d="M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5" />
        <span>Find</span> <kbd>Ctrl K</kbd>
      </button>
      <ZoneChoice />
      <span className="read-at">
        {readAt !== null && (
          <span>
            Read <Ago at={readAt} />
          </span>
        )}
        <button type="button" onClick={refreshAll} title="Read all of this page anew">
          <Icon d="M20 11a8 8 0 1 0-2 6M20 5v6h-6" />
          <span className="unseen">Refresh</span>
        </button>
      </span>
      <AccountMenu />
    </header>
  );
}

function Ago({ at }: { readonly at: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  const minutes = Math.floor((Math.max(now, at) - at) / 60_000);
  return minutes < 1 ? <>just now</> : minutes < 60 ? <>{minutes} min ago</> : <Time at={at} />;
}

function ZoneChoice() {
  const [zone, setZone] = useTimeZone();
  const all = useMemo(zones, []);
  return (
    <label className="zone">
      <span className="unseen">Time zone</span>
      <select value={zone} onChange={(event) => setZone(event.target.value)} title="Time zone of all times and days">
        <optgroup label="Yours">
          <option>{ownZone}</option>
        </optgroup>
        <optgroup label="All">
          {(all.includes(zone) ? all : [zone, ...all])
            .filter((name) => name !== ownZone)
            .map((name) => (
              <option key={name}>{name}</option>
            ))}
        </optgroup>
      </select>
    </label>
  );
}
