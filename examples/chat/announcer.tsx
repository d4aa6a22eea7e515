/** One polite region for screen readers: that an answer has begun, and the whole of it when it has ended. Not each word. */
import { useEffect, useState } from 'react';
import type { ChatSnapshot } from '../../src/client/react/hooks.ts';

const ends: Readonly<Record<string, string>> = { completed: 'Answered.', cancelled: 'Stopped.', failed: 'The answer failed.' };
const isOpen = (status: string): boolean => /^(connecting|streaming|reconnecting|stopping)$/.test(status);

export function Announcer({ messages, status }: ChatSnapshot) {
  const [said, setSaid] = useState('');
  const [wasOpen, setWasOpen] = useState(false);
  const open = isOpen(status);
  const last = messages.at(-1);
  useEffect(() => {
    if (open === wasOpen) return;
    setWasOpen(open);
    if (open) setSaid('Answering.');
    else if (last?.role === 'assistant') setSaid(`${ends[status] ?? ''} ${last.text} ${last.failure?.message ?? ''}`.trim());
  }, [open, wasOpen, last, status]);
  return (
    <p className="only-heard" role="status" aria-live="polite">
      {said}
    </p>
  );
}
