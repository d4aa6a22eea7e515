/** Finds credentials by their shape: keys of well-known services, tokens, private keys, passwords in URLs. */
import type { Span } from './span.ts';

/** Each begins with a fixed prefix and is bounded, so that a scan is linear. */
const shapes: readonly RegExp[] = [
  /(?<![A-Za-z\d-])(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)/g,
  /(?<![A-Za-z\d-])AIza[\w-]{35}(?![\w-])/g,
  /(?<![A-Za-z\d-])gh[pousr]_[A-Za-z0-9]{36,255}(?!\w)/g,
  /(?<![A-Za-z\d-])github_pat_\w{22,255}(?!\w)/g,
  /(?<![A-Za-z\d-])glpat-[\w-]{20,64}(?![\w-])/g,
  /(?<![A-Za-z\d-])xox[abeoprs]-[A-Za-z0-9-]{10,200}(?![\w-])/g,
  /(?<![A-Za-z\d-])[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}(?!\w)/g,
  /(?<![A-Za-z\d-])whsec_[A-Za-z0-9+/=]{16,128}(?!\w)/g,
  /(?<![A-Za-z\d-])npm_[A-Za-z0-9]{36}(?!\w)/g,
  /(?<![A-Za-z\d-])hf_[A-Za-z0-9]{30,64}(?!\w)/g,
  /(?<![A-Za-z\d-])SG\.[\w-]{16,32}\.[\w-]{16,64}(?![\w-])/g,
  /(?<![A-Za-z\d-])fgt?_[A-Za-z0-9]{4,32}_[\w-]{16,128}(?![\w-])/g,
  /(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}(?![\w-])/g,
];
/** OpenAI, Anthropic, OpenRouter and others: the prefix alone also begins ordinary hyphenated words. */
const skShape = /(?<![A-Za-z\d-])sk-[\w-]{20,255}(?![\w-])/g;
const urlPassword = /(?<=:\/\/[^\s:@/]{1,64}:)[^\s@/]{1,128}(?=@)/g;
const pemBegin = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g;
const pemEnd = /-----END [A-Z ]{0,30}PRIVATE KEY-----/g;

/** What stands in every text that has one of them. A new shape needs its prefix here. */
export const secretTrace =
  /A(?:KIA|SIA|Iza)|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|[sr]k_(?:live|test)_|whsec_|npm_|hf_|SG\.|fgt?_|eyJ|sk-|:\/\/|-----BEGIN /;

export function secrets(text: string): Span[] {
  const spans = privateKeys(text);
  for (const shape of shapes) {
    for (const match of text.matchAll(shape)) spans.push(spanOf(match));
  }
  for (const match of text.matchAll(skShape)) {
    if (/\d/.test(match[0]) && /[A-Z]/.test(match[0])) spans.push(spanOf(match));
  }
  if (text.includes('://')) {
    for (const match of text.matchAll(urlPassword)) spans.push(spanOf(match));
  }
  return spans;
}

const spanOf = (match: RegExpExecArray): Span => ({ start: match.index, end: match.index + match[0].length });

/** From its first line to its last; a key whose end is missing reaches to the end of the text. */
export function privateKeys(text: string): Span[] {
  if (!text.includes('-----BEGIN ')) return [];
  const spans: Span[] = [];
  const ends = [...text.matchAll(pemEnd)].map((match) => match.index + match[0].length);
  let next = 0;
  let from = 0;
  for (const match of text.matchAll(pemBegin)) {
    if (match.index < from) continue;
    while ((ends[next] ?? text.length) <= match.index && next < ends.length) next += 1;
    from = ends[next] ?? text.length;
    spans.push({ start: match.index, end: from });
  }
  return spans;
}
