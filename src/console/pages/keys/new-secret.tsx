import { CopyField } from '../../parts/copy-field.tsx';
import { Modal } from '../../parts/modal.tsx';

/** The only moment at which a secret is shown: when the dialog is closed, it is gone from the page. */
export function NewSecret({ name, secret, onClose }: { readonly name: string; readonly secret: string; readonly onClose: () => void }) {
  return (
    <Modal title={`The secret of ${name}`} isOpen onClose={onClose}>
      <div className="stack">
        <p>Copy it now. It is shown this once, and the gateway keeps no copy that it could show again.</p>
        <CopyField label="Secret" text={secret} />
        <div className="actions">
          <button type="button" className="primary" onClick={onClose}>
            I have it
          </button>
        </div>
      </div>
    </Modal>
  );
}
