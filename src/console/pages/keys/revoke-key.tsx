import { type FormEvent, useState } from 'react';
import { useAction } from '../../data/use-action.ts';
import { Modal } from '../../parts/modal.tsx';
import { Problem } from '../../parts/problem.tsx';
import { announce } from '../../parts/toasts.tsx';
import { type KeyRowFragment, RevokeKeyDocument } from './keys.generated.ts';
import { ReasonField, reasonIn } from './reason-field.tsx';

/** It cannot be undone: whoever does it types the name. */
export function RevokeKey({ of: key, onClose }: { readonly of: KeyRowFragment; readonly onClose: () => void }) {
  const { run, isRunning, problem } = useAction(RevokeKeyDocument);
  const [typed, setTyped] = useState('');

  async function revoke(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if ((await run({ id: key.id, ...reasonIn(new FormData(event.currentTarget)) })) === null) return;
    announce(`${key.name} is revoked.`);
    onClose();
  }

  return (
    <Modal title={`Revoke ${key.name}`} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void revoke(event)}>
        <p>It is worthless at once and for good, with every key that it has made. What runs for them ends within two seconds.</p>
        <label className="field">
          <span>
            Type its name, <bdi>{key.name}</bdi>, to revoke it
          </span>
          <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} />
        </label>
        <ReasonField />
        {problem && <Problem problem={problem} />}
        <div className="actions">
          <button type="submit" className="danger" disabled={typed !== key.name || isRunning}>
            Revoke
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Modal>
  );
}
