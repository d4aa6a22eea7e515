import { type FormEvent, useState } from 'react';
import { asRequestError, type RequestError } from '../../client/transport/request-error.ts';
import { Modal } from '../parts/modal.tsx';
import { Problem } from '../parts/problem.tsx';
import { session, useSession } from './gate.ts';

/** Stands over the page while there is no token. The page stays as it is, and what was refused is asked again after the login. */
export function LoginDialog() {
  const status = useSession();
  const [problem, setProblem] = useState<RequestError | null>(null);
  const [isSending, setSending] = useState(false);

  async function logIn(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const key = String(new FormData(form).get('key') ?? '').trim();
    setSending(true);
    setProblem(null);
    try {
      await session.logIn(key);
      form.reset();
    } catch (error) {
      setProblem(asRequestError(error));
    } finally {
      setSending(false);
    }
  }

  if (status === 'opening' || status === 'in') return null;
  return (
    <Modal title={status === 'ended' ? 'Your session has ended' : 'Log in to the console'} isOpen>
      <form onSubmit={(event) => void logIn(event)} className="stack">
        <p>
          {status === 'ended'
            ? 'Log in again: the page stays as it is, and goes on with what it was doing.'
            : 'The key is exchanged for a token that ends within eight hours. This page does not keep the key.'}
        </p>
        <label className="field">
          <span>Virtual key</span>
          <input name="key" type="password" autoComplete="off" placeholder="fg_…" required spellCheck={false} />
        </label>
        {problem && <Problem problem={problem} />}
        <div className="actions">
          <button type="submit" className="primary" disabled={isSending}>
            {isSending ? 'Logging in…' : 'Log in'}
          </button>
        </div>
      </form>
    </Modal>
  );
}
