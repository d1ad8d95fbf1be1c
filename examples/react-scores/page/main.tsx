/** Puts the page on the page. StrictMode mounts everything twice while developing; the seat is taken once all the same. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

const place = document.getElementById('root');
if (place === null) throw new Error('the page has no place for React');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
