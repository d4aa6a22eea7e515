/** Settings about headers: those of the gateway itself, and the lists of those that go on, from clients to subgraphs and back. */
import { Secret } from '../../../core/secret.ts';
import { connectionHeaders } from '../../../federation/subgraphs/access/sent-headers.ts';
import { isObject, listOf, textOr } from '../../kinds/composed.ts';
import { section } from '../../kinds/section.ts';
import { needed, type Setting, settingOf } from '../../kinds/setting.ts';
import { text } from '../../kinds/texts.ts';
import { showValue } from '../../mistake-sentences.ts';

const isHeaderName = (name: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(name);
const isHeaderValue = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

type HeaderValue = string | Secret | null;

export const headers: Setting<Readonly<Record<string, HeaderValue>>, undefined, false> = settingOf<
  Readonly<Record<string, HeaderValue>>,
  undefined
>({ type: 'object', accepted: 'an object with a value for each header: text, or a secret' }, {}, (path, value) =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, one]) => headerMistakes(`${path}["${name}"]`, name, one))
    : [`${path} is ${showValue(value)}. It must be an object with a member for each.`],
);

function headerMistakes(path: string, name: string, value: unknown): readonly string[] {
  if (!isHeaderName(name)) return [`${path} is not the name of a header. A name such as x-api-key would be accepted.`];
  if (connectionHeaders.has(name.toLowerCase())) return [`${path} is set by the gateway itself. Leave it out.`];
  if (value === null)
    return [`${path} is null: the environment variable that it is read from is not set. Set it, or leave the header out.`];
  const sent = value instanceof Secret ? value.reveal() : value;
  if (typeof sent !== 'string') return [`${path} is ${showValue(value)}. It must be text, or a secret: secretFrom('NAME').`];
  return isHeaderValue(sent) ? [] : [`${path} has characters that no header can have, such as a line break.`];
}

const aName = 'the name of a header, such as x-tenant';
export const headerName = text({ accepted: aName, fits: isHeaderName });

/** Headers that describe the gateway's own answer, so that a subgraph cannot set them. */
const answersOwn =
  /^(content-.*|cache-control|vary|connection|keep-alive|transfer-encoding|trailer|upgrade|date|access-control-.*|www-authenticate|proxy-.*|x-content-type-options)$/i;

export const answerHeaderName = text({
  accepted: 'the name of a header, such as set-cookie',
  fits: (name) => isHeaderName(name) && !answersOwn.test(name),
  refusal: 'It must be the name of a header that the gateway does not set itself, such as set-cookie or x-request-cost.',
});

const forwardedHeaderSection = section('graph.subgraphs.<n>.forwardHeaders.<n>', {
  /** Name of the client's header. */
  name: needed(headerName),
  /** Name of the header that the subgraph receives. */
  as: text({
    accepted: `${aName}, that the gateway does not set itself`,
    fits: (name) => isHeaderName(name) && !connectionHeaders.has(name.toLowerCase()),
    otherwise: '`name`',
  }),
  /** Value that the subgraph receives when the client sends none. */
  otherwise: text({ accepted: 'text that a header can have', fits: isHeaderValue, otherwise: 'nothing' }),
});

export const forwardedHeaders = listOf(textOr(headerName, forwardedHeaderSection), { default: [] });
