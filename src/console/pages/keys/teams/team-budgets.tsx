import { type FormEvent, useState } from 'react';
import { useAction } from '../../../data/use-action.ts';
import { FormEnd } from '../../../parts/form-end.tsx';
import { Modal } from '../../../parts/modal.tsx';
import { announce } from '../../../parts/toasts.tsx';
import { type TeamRowFragment, UpdateTeamBudgetsDocument } from '../keys.generated.ts';
import { ReasonField } from '../reason-field.tsx';
import { TeamChanges } from './team-changes.tsx';

const periods = [
  { per: 'DAY', name: 'A day' },
  { per: 'WEEK', name: 'A week' },
  { per: 'MONTH', name: 'A month' },
  { per: 'TOTAL', name: 'In all' },
] as const;

/** What was spent in the present period counts: raising a limit frees what is above it, and nothing begins anew. */
export function TeamBudgets({ of: team, onClose }: { readonly of: TeamRowFragment; readonly onClose: () => void }) {
  const { run, isRunning, problem } = useAction(UpdateTeamBudgetsDocument);
  /** As the form was filled with it: the page reads the teams again meanwhile. */
  const [shown] = useState(team);
  const before = (per: string) => shown.budgets.find((budget) => budget.per === per);

  async function save(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    // Only what is other: somebody else may change the rest meanwhile, and when operators are warned stays.
    const budgets = periods.flatMap(({ per }) => {
      const most = String(form.get(per) ?? '').trim();
      return most === (before(per)?.limit.amount ?? '') ? [] : [{ per, most: most === '' ? null : most }];
    });
    if (budgets.length === 0) {
      onClose();
      return;
    }
    const data = await run({ id: team.id, budgets, reason: String(form.get('reason')).trim() });
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
        <ReasonField isNeeded />
        <FormEnd action="Save" problem={problem} isRunning={isRunning} onClose={onClose} />
      </form>
      <TeamChanges id={team.id} />
    </Modal>
  );
}
