import { useHashPath } from '../location/hash-location.ts';
import { useHref } from '../location/time-zone.ts';
import type { PageEntry } from '../page-entry.ts';
import { Icon } from '../parts/icon.tsx';

export interface RailProps {
  readonly pages: readonly PageEntry[];
  /** Those that the key may not see. */
  readonly hidden: readonly PageEntry[];
}

/** At the left on a wide screen, below on a narrow one. */
export function Rail({ pages, hidden }: RailProps) {
  const path = useHashPath();
  const hrefTo = useHref();
  return (
    <nav className="rail" aria-label="Pages">
      <a className="brand" href={hrefTo('/')} aria-label="Fieldgate console">
        <Icon d="M4 21V8a8 5 0 0 1 16 0v13M9 13h6M9 17h6" />
        <span>Fieldgate</span>
      </a>
      <ul>
        {pages.map((page) => (
          <li key={page.path}>
            <a href={hrefTo(page.path)} aria-current={path === page.path || path.startsWith(`${page.path}/`) ? 'page' : undefined}>
              <Icon d={page.icon} />
              <span>{page.name}</span>
            </a>
          </li>
        ))}
      </ul>
      {hidden.length > 0 && (
        <p className="rail-note">
          Not for your key:{' '}
          {hidden.map(({ name, scopes = [] }) => `${name} (${scopes.map((all) => all.join(' + ')).join(' or ')})`).join(', ')}.
        </p>
      )}
    </nav>
  );
}
