/** A native modal dialog: the browser keeps the focus in it, gives it back, and closes it at Escape. */
import { type ReactNode, useEffect, useId, useRef } from 'react';

export interface ModalProps {
  readonly title: string;
  readonly isOpen: boolean;
  /** At Escape and at the cross. Without it the dialog cannot be closed by its reader. */
  readonly onClose?: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Modal({ title, isOpen, onClose, className = '', children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const element = dialog.current;
    if (element === null || element.open === isOpen) return;
    if (isOpen) element.showModal();
    else element.close();
  }, [isOpen]);

  return (
    <dialog
      ref={dialog}
      className={`modal ${className}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClose={() => isOpen && onClose?.()}
    >
      {isOpen && (
        <>
          <header className="modal-head">
            <h2 id={id}>{title}</h2>
            {onClose && (
              <button type="button" className="quiet" aria-label="Close" onClick={onClose}>
                ✕
              </button>
            )}
          </header>
          {children}
        </>
      )}
    </dialog>
  );
}
