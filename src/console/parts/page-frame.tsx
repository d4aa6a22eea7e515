/** The frame of a page: its heading, which gets the focus when the reader comes from another page, and what can be done. */
import { type ReactNode, useEffect, useRef } from 'react';

export interface PageFrameProps {
  readonly title: string;
  /** One sentence: which question the page answers. */
  readonly about: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** Of the first page of a visit the browser has the focus where it belongs. */
let isFirst = true;

export function PageFrame({ title, about, actions, children }: PageFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Fieldgate`;
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          <p>{about}</p>
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Says what would fill the place. */
export const Empty = ({ title, children }: { readonly title: string; readonly children?: ReactNode }) => (
  <div className="empty">
    <p className="empty-title">{title}</p>
    {children}
  </div>
);
