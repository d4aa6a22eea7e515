import { type FormEvent, useState } from 'react';
import { useAction } from '../../data/use-action.ts';
import { FormEnd } from '../../parts/form-end.tsx';
import { Modal } from '../../parts/modal.tsx';
import { announce } from '../../parts/toasts.tsx';
import { KeyFields } from './key-fields.tsx';
import { type KeyRowFragment, UpdateKeyDocument } from './keys.generated.ts';
import { changedFields } from './read-key-fields.ts';
import { ReasonField, reasonIn } from './reason-field.tsx';

export function EditKey({ of: key, onClose }: { readonly of: KeyRowFragment; readonly onClose: () => void }) {
  const { run, isRunning, problem } = useAction(UpdateKeyDocument);
  /** As the form was filled with it: the page reads the keys again meanwhile. */
  const [shown] = useState(key);

  async function save(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const data = await run({ id: key.id, input: changedFields(form, shown), ...reasonIn(form) });
    if (data === null) return;
    announce(`${key.name} is changed, from its next request on.`);
    onClose();
  }

  return (
    <Modal title={`Edit ${key.name}`} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <label className="field">
          <span>Name</span>
          <input name="name" required maxLength={100} defaultValue={key.name} />
        </label>
        <KeyFields of={key} />
        <ReasonField />
        <FormEnd action="Save" problem={problem} isRunning={isRunning} onClose={onClose} />
      </form>
    </Modal>
  );
}
