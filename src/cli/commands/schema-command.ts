/** `fieldgate schema`: the graph as clients see it, for code generators, without a running gateway. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configuredSdl } from '../../assembly/graph/public-schemas.ts';
import { GatewayError } from '../../core/errors.ts';
import { createGateway } from '../../gateway.ts';
import { describeFields } from '../../graphql/describe-fields.ts';
import { fieldFile } from '../../graphql/field-file.ts';
import { possibleTypesOf } from '../../graphql/public-sdl.ts';
import { silentLog } from '../../telemetry/log.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { withSubgraphs } from '../with-subgraphs.ts';

/** Prints it, writes it to `--out`, or with `--check` compares that file with it: exit code 1 when it is stale. `--ai-fields` names a second file. */
export async function schema(args: Arguments): Promise<void> {
  const { out, aiFields, check } = args;
  if (check && out === null && aiFields === null)
    throw new GatewayError('BAD_REQUEST', '--check compares a file with the graph. Name the file: fieldgate schema --out FILE --check.');
  if (out !== null && aiFields !== null && resolve(out) === resolve(aiFields))
    throw new GatewayError('BAD_REQUEST', `--out and --ai-fields are both ${out}. Each is a file of its own.`);
  const texts = await textsOf(args);
  if (out === null && aiFields === null) return void process.stdout.write(texts.schema);
  const use = check ? compare : write;
  const option = args.possibleTypes ? '--possible-types --out' : '--out';
  if (out !== null) use({ file: out, text: texts.schema, option });
  if (aiFields !== null) use({ file: aiFields, text: texts.aiFields, option: '--ai-fields' });
}

interface Written {
  readonly file: string;
  readonly text: string;
  /** It names the file. */
  readonly option: string;
}

async function textsOf(args: Arguments): Promise<{ readonly schema: string; readonly aiFields: string }> {
  const { config, folder, fields } = await soundConfig(args);
  const contracts = Object.keys(config.graph?.contracts ?? {});
  if (args.contract !== null && !contracts.includes(args.contract))
    throw new GatewayError('BAD_REQUEST', `There is no contract "${args.contract}". Contracts: ${contracts.join(', ') || 'none'}.`);
  return withSubgraphs(config.graph?.subgraphs ?? [], folder, async () => {
    const gateway = await createGateway({ ...config, storage: { folder: null } }, { folder, loopback: true, log: silentLog });
    try {
      const { reasons } = await gateway.graph.refresh();
      const schema = args.contract === null ? gateway.graph.schema() : gateway.graph.contract(args.contract);
      if (schema === null) throw new GatewayError('BAD_REQUEST', reasons.join('\n'));
      const { services } = gateway;
      return {
        schema: args.possibleTypes
          ? `${JSON.stringify(possibleTypesOf(schema), null, 2)}\n`
          : configuredSdl(schema, { fields: fields.read, services }),
        aiFields: fieldFile(describeFields(fields.read, services), schema),
      };
    } finally {
      await gateway.close();
    }
  });
}

function write({ file, text }: Written): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new GatewayError('BAD_REQUEST', `${file} cannot be written. Give the path of a file in a folder that is there.`, {}, { cause });
  }
}

function compare({ file, text, option }: Written): void {
  const remedy = `\`fieldgate schema ${option} ${file}\` writes it.`;
  let kept: string;
  try {
    kept = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GatewayError('BAD_REQUEST', `${file} cannot be read. ${remedy}`, {}, { cause });
  }
  // Git may have written the line breaks of another system.
  const before = kept.replaceAll('\r\n', '\n').split('\n');
  const now = text.split('\n');
  const line = now.findIndex((told, index) => told !== before[index]);
  if (line < 0 && before.length === now.length) return;
  const at = line < 0 ? now.length : line;
  throw new GatewayError(
    'BAD_REQUEST',
    `${file} is stale from line ${at + 1} on. It says ${quoted(before[at])}, the graph ${quoted(now[at])}. ${remedy}`,
  );
}

const quoted = (line: string | undefined): string => (line === undefined ? 'nothing' : `"${line.trim().slice(0, 100)}"`);
