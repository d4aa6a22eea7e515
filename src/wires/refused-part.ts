/** Refusals of a request whose parts stand in the wrong message, or answer nothing: the same on every wire. */
import { GatewayError } from '../core/errors.ts';
import type { ContentPart, Message } from '../core/request/request.ts';

/** `place` is where it stands in the body: `input[3].content[0]`. */
export const refusedPlace = (place: string, sentence: string): GatewayError => new GatewayError('BAD_REQUEST', `\`${place}\` ${sentence}`);

export function misplacedPart(part: ContentPart, role: Message['role'], accepted: string): GatewayError {
  return new GatewayError('BAD_REQUEST', `A ${role} message cannot hold a part of type "${part.type}". It may hold ${accepted}.`);
}

export function resultWithoutCall(callId: string): GatewayError {
  return new GatewayError(
    'BAD_REQUEST',
    `A tool result answers call "${callId}", but no earlier message makes that call. Send the assistant message with the call before it.`,
  );
}

export function fileWithoutForm(mediaType: string, accepted: string): GatewayError {
  return new GatewayError('BAD_REQUEST', `A file of type "${mediaType}" has no form for this model. Accepted are ${accepted}.`);
}

/** For the caller, where a part of the history is another vendor's. */
export const foreignOpaquePart = 'An opaque part in the history was not made by this provider and was left out.';
