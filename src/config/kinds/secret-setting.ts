import { Secret } from '../../core/secret.ts';
import { type Setting, settingOf } from './setting.ts';

/** A secret: text, or what `secretFrom` reads from the environment. No sentence contains its value. */
export function secret(): Setting<string | Secret | null, undefined, false> {
  const accepted = "a secret: secretFrom('NAME'), or text";
  return settingOf({ type: 'text or secret', accepted }, {}, (path, value) => {
    if (value === null) return [`${path} is null: the environment variable that it is read from is not set. Set it.`];
    const text = value instanceof Secret ? value.reveal() : value;
    if (typeof text !== 'string') return [`${path} is not text. It must be ${accepted}.`];
    return text.trim() === '' ? [`${path} is empty. It must be ${accepted}.`] : [];
  });
}

export const revealed = (value: string | Secret | null): string => (value instanceof Secret ? value.reveal() : (value ?? ''));
