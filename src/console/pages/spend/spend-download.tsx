/** All rows of all pages as a file for spreadsheets. */
import { useState } from 'react';
import { asRequestError, type RequestError } from '../../../client/transport/request-error.ts';
import { Problem } from '../../parts/problem.tsx';
import { gate } from '../../session/gate.ts';
import { csvText } from './csv-text.ts';
import { type AiUsageInput, type SpendRowFragment, SpendRowsDocument, type SpendRowsQuery } from './spend.generated.ts';
import type { SpendState } from './spend-state.ts';

export function SpendDownload({ question, by }: { readonly question: AiUsageInput; readonly by: SpendState['by'] }) {
  const [problem, setProblem] = useState<RequestError | null>(null);
  async function download(): Promise<void> {
    setProblem(null);
    try {
      const text = csvText(by, await allRows(question));
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
      link.download = `spend-${by}-${question.from.slice(0, 10)}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      setProblem(asRequestError(error));
    }
  }
  return (
    <>
      <button type="button" onClick={() => void download()}>
        Download as CSV
      </button>
      {problem !== null && <Problem problem={problem} onRetry={() => void download()} />}
    </>
  );
}

async function allRows(question: AiUsageInput): Promise<readonly SpendRowFragment[]> {
  const rows: SpendRowFragment[] = [];
  for (let after: string | null = null; ; ) {
    const { data }: { readonly data: SpendRowsQuery } = await gate.query(SpendRowsDocument, { input: { ...question, after } });
    rows.push(...data.aiUsage.rows);
    after = data.aiUsage.endCursor;
    if (after === null) return rows;
  }
}
