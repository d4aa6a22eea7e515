import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Chat } from '../../../examples/clients/chat.tsx';

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Chat />
  </StrictMode>,
);
