/** What was spent, on which screen, field and model, by whom, and when; and the calls behind each figure. */
import './spend.css';
import { useState } from 'react';
import { useTimeZone } from '../../location/time-zone.ts';
import { useUrlState } from '../../location/url-state.ts';
import { PageFrame } from '../../parts/page-frame.tsx';
import { CallsView } from './calls/calls-view.tsx';
import { OneCallView } from './calls/one-call-view.tsx';
import { SpendFiguresView } from './spend-figures.tsx';
import { SpendFilters } from './spend-filters.tsx';
import { spendState } from './spend-state.ts';

export function SpendPage() {
  const [state] = useUrlState(spendState);
  const [zone] = useTimeZone();
  /** Ranges end with a day, so that a page that stays open asks the same. */
  const [now] = useState(Date.now);
  return (
    <PageFrame title="Spend" about="What was spent, on which screen, field and model, and by whom. Every figure leads to its calls.">
      <div className="stack spend">
        {state.call !== '' ? (
          <OneCallView id={state.call} />
        ) : (
          <>
            <SpendFilters />
            {state.show === 'calls' ? <CallsView zone={zone} now={now} /> : <SpendFiguresView zone={zone} now={now} />}
          </>
        )}
      </div>
    </PageFrame>
  );
}
