import { gatherBytes } from '../../core/byte-buffer.ts';
import type { BodyPieces } from '../../outbound/body-pieces.ts';
import { parseJson } from '../../wires/json-fields.ts';
import { WireFailure } from '../../wires/wire-failure.ts';

/** 64 MiB: 512 vectors of 3,072 numbers take 35 MB. */
const maxBytes = 64 * 1024 * 1024;

/** The JSON of a whole body. Throws `unreadable` for what is none, or is larger than the bound. */
export async function readWholeBody(source: BodyPieces | null): Promise<unknown> {
  const bytes = gatherBytes();
  for (let piece = await source?.read(); piece != null; piece = await source?.read()) {
    bytes.add(piece);
    if (bytes.length <= maxBytes) continue;
    source?.cancel();
    throw new WireFailure('unreadable');
  }
  const json = parseJson(new TextDecoder().decode(bytes.bytes()));
  if (json === undefined) throw new WireFailure('unreadable');
  return json;
}
