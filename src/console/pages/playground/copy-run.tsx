import { useRef, useState } from 'react';
import { Choice } from '../../parts/filter-bar.tsx';
import { Modal } from '../../parts/modal.tsx';
import { announce } from '../../parts/toasts.tsx';
import { copyAs, type Form, forms } from './copy-as.ts';
import type { Asked } from './runs.ts';

export function CopyRun({ asked, route }: { readonly asked: Asked; readonly route: string }) {
  const [isOpen, setOpen] = useState(false);
  const [form, setForm] = useState<Form>('GraphQL');
  const [isSelected, setSelected] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const url = new URL('../graphql', document.baseURI).href;
  const text = copyAs(form, asked, route, url);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      announce(`${form} copied.`);
    } catch {
      field.current?.focus();
      field.current?.select();
      setSelected(true);
    }
  }

  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Copy as…
      </button>
      <Modal title="Ask it elsewhere" isOpen={isOpen} onClose={() => setOpen(false)} className="modal-wide">
        <div className="stack">
          <Choice label="As" value={form} options={forms} onChange={(to) => setForm(forms.find((one) => one === to) ?? 'GraphQL')} />
          <label className="field">
            <span className="unseen">{form}</span>
            <textarea ref={field} className="code" rows={14} readOnly value={text} spellCheck={false} />
          </label>
          {isSelected && <p role="status">It is selected: press Ctrl-C (on a Mac ⌘-C).</p>}
          <div className="actions">
            <button type="button" className="primary" onClick={() => void copy()}>
              Copy
            </button>
          </div>
        </div>
      </Modal>
    </>
  );
}
