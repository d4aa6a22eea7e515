import { type FormEvent, useState } from 'react';
import { useAction } from '../../data/use-action.ts';
import { FormEnd } from '../../parts/form-end.tsx';
import { Modal } from '../../parts/modal.tsx';
import { gateWith } from '../../session/gate.ts';
import { OwnKeyField } from './key-fields.tsx';
import { type KeyRowFragment, RotateKeyDocument } from './keys.generated.ts';
import { NewSecret } from './new-secret.tsx';
import { ReasonField, reasonIn } from './reason-field.tsx';

const overlaps = [
  { seconds: 60, label: 'a minute' },
  { seconds: 3_600, label: 'an hour' },
  { seconds: 86_400, label: 'a day' },
  { seconds: 604_800, label: 'a week' },
  { seconds: 0, label: 'not at all' },
];

export function RotateKey({ of: key, onClose }: { readonly of: KeyRowFragment; readonly onClose: () => void }) {
  const { run, isRunning, problem } = useAction(RotateKeyDocument);
  const [secret, setSecret] = useState<string | null>(null);

  async function rotate(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const variables = { id: key.id, overlapSeconds: Number(form.get('overlap')), ...reasonIn(form) };
    const data = await run(variables, gateWith(String(form.get('ownKey')).trim()));
    if (data?.rotateAiKey) setSecret(data.rotateAiKey.secret);
  }

  if (secret !== null) return <NewSecret name={key.name} secret={secret} onClose={onClose} />;
  return (
    <Modal title={`Rotate the secret of ${key.name}`} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void rotate(event)}>
        <p>
          The key keeps its id, its budgets and what it has spent. Its secret of today stays valid for a while, so that its users can change
          to the new one.
        </p>
        <label className="field">
          <span>The secret of today is accepted for</span>
          <select name="overlap" defaultValue="3600">
            {overlaps.map(({ seconds, label }) => (
              <option key={seconds} value={seconds}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <ReasonField />
        <OwnKeyField />
        <FormEnd action="Rotate" problem={problem} isRunning={isRunning} onClose={onClose} />
      </form>
    </Modal>
  );
}
