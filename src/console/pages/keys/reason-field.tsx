/** Why somebody does what he does: for those who look later. */
export const ReasonField = ({ isNeeded = false }: { readonly isNeeded?: boolean }) => (
  <label className="field">
    <span>Why{isNeeded ? '' : ', if you like'}</span>
    <input name="reason" maxLength={500} required={isNeeded} placeholder="Such as: the launch of the new search" />
    <small>It is kept in the log and with what was changed.</small>
  </label>
);

/** Undefined: none was given. */
export const reasonIn = (form: FormData): { readonly reason?: string } => {
  const reason = String(form.get('reason') ?? '').trim();
  return reason === '' ? {} : { reason };
};
