import type { RequestError } from '../../client/transport/request-error.ts';
import { Problem } from './problem.tsx';

interface FormEndProps {
  /** What the button does: `Save`. */
  readonly action: string;
  /** Of the last try; null: there was none, or it went well. */
  readonly problem: RequestError | null;
  readonly isRunning: boolean;
  readonly onClose: () => void;
}

/** The end of a form in a dialog: why it was refused, and the buttons that send it or give it up. */
export function FormEnd({ action, problem, isRunning, onClose }: FormEndProps) {
  return (
    <>
      {problem && <Problem problem={problem} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={isRunning}>
          {action}
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </>
  );
}
