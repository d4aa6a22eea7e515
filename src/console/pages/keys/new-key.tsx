import { type FormEvent, useId, useState } from 'react';
import { useAction } from '../../data/use-action.ts';
import { FormEnd } from '../../parts/form-end.tsx';
import { Modal } from '../../parts/modal.tsx';
import { gateWith } from '../../session/gate.ts';
import { useViewer } from '../../session/viewer.tsx';
import { KeyFields, OwnKeyField } from './key-fields.tsx';
import { CreateKeyDocument } from './keys.generated.ts';
import { NewSecret } from './new-secret.tsx';
import { readKeyFields } from './read-key-fields.ts';

export function NewKey({ teams, onClose }: { readonly teams: readonly string[]; readonly onClose: () => void }) {
  const { team } = useViewer();
  const { run, isRunning, problem } = useAction(CreateKeyDocument);
  const [made, setMade] = useState<{ readonly name: string; readonly secret: string } | null>(null);
  const id = useId();

  async function create(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get('name'));
    const input = { name, team: String(form.get('team')), ...readKeyFields(form) };
    const data = await run({ input }, gateWith(String(form.get('ownKey')).trim()));
    if (data?.createAiKey) setMade({ name, secret: data.createAiKey.secret });
  }

  if (made !== null) return <NewSecret {...made} onClose={onClose} />;
  return (
    <Modal title="Create a key" isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void create(event)}>
        <div className="fields">
          <label className="field">
            <span>Name</span>
            <input name="name" required maxLength={100} placeholder="what it is for" />
          </label>
          <label className="field">
            <span>Team</span>
            <input name="team" required pattern="[\w.\-]{1,64}" list={id} defaultValue={team ?? ''} />
            <datalist id={id}>
              {teams.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          </label>
        </div>
        <KeyFields />
        <OwnKeyField />
        <FormEnd action="Create" problem={problem} isRunning={isRunning} onClose={onClose} />
      </form>
    </Modal>
  );
}
