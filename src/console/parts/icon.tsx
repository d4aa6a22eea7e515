/** A line drawing that says nothing by itself: its button or link has the words. */
export const Icon = ({ d }: { readonly d: string }) => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={d} />
  </svg>
);
