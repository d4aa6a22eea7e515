import type { FormEvent } from 'react';
import { useAction } from '../../data/use-action.ts';
import { FormEnd } from '../../parts/form-end.tsx';
import { Modal } from '../../parts/modal.tsx';
import { announce } from '../../parts/toasts.tsx';
import { type TeamRowFragment, UpdateTeamBudgetsDocument } from './keys.generated.ts';

const periods = [
  { per: 'DAY', name: 'A day' },
  { per: 'WEEK', name: 'A week' },
  { per: 'MONTH', name: 'A month' },
  { per: 'TOTAL', name: 'In all' },
] as const;

/** What was spent in the present period counts: raising a limit frees what is above it, and nothing begins anew. */
export function TeamBudgets({ of: team, onClose }: { readonly of: TeamRowFragment; readonly onClose: () => void }) {
  const { run, isRunning, problem } = useAction(UpdateTeamBudgetsDocument);
  const before = (per: string) => team.budgets.find((budget) => budget.per === per);

  async function save(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const budgets = periods.flatMap(({ per }) => {
      const most = String(form.get(per) ?? '').trim();
      const warnAt = before(per)?.warnings.map(({ at }) => at) ?? [];
      return most === '' ? [] : [{ per, most, ...(warnAt.length === 0 ? {} : { warnAt }) }];
    });
    const data = await run({ id: team.id, budgets: budgets.length === 0 ? null : budgets });
    if (data === null) return;
    announce(`The budgets of ${team.id} are changed, from the next request on.`);
    onClose();
  }

  return (
    <Modal title={`Budgets of ${team.id}`} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <p>What was spent in the present period counts. Empty: no limit for this period.</p>
        <div className="fields">
          {periods.map(({ per, name }) => (
            <label className="field" key={per}>
              <span>{name}, in USD</span>
              <input
                name={per}
                inputMode="decimal"
                pattern="\d{1,9}(\.\d{1,9})?"
                placeholder="no limit"
                defaultValue={before(per)?.limit.amount ?? ''}
              />
            </label>
          ))}
        </div>
        <FormEnd action="Save" problem={problem} isRunning={isRunning} onClose={onClose} />
      </form>
    </Modal>
  );
}
