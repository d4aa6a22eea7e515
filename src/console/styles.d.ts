/** Vite makes files of style sheets that a module imports. */
declare module '*.css';
