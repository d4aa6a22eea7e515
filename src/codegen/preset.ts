/** A preset of graphql-codegen, in its words and without importing it. */
import { readFileSync } from 'node:fs';
import type { DocumentNode } from 'graphql';
import { type FileOfFields, fieldsModule } from './fields-module.ts';
import { customScalarTypes } from './settings.ts';

export interface AiFieldsPresetConfig {
  /** The file of `fieldgate schema --ai-fields`, from the folder in which graphql-codegen runs. */
  readonly aiFields: string;
}

interface PresetOptions {
  readonly baseOutputDir: string;
  readonly presetConfig: Partial<AiFieldsPresetConfig>;
  readonly config: { readonly scalars?: Readonly<Record<string, unknown>> };
  readonly schema: DocumentNode;
}

/**
 * Writes one module: `AiCoordinate`, the coordinates of the AI fields; `AiFieldArguments`, what each takes; `aiFields`, what each is and what one
 * call of it uses at most; and `isAiCoordinate`. Throws where the file and the schema are not of the same graph.
 */
export const preset = {
  buildGeneratesSection({ baseOutputDir, presetConfig: { aiFields }, config, schema }: PresetOptions) {
    if (aiFields === undefined)
      throw new Error('Name the file of `fieldgate schema --ai-fields FILE`: presetConfig: { aiFields: "ai-fields.json" }.');
    const scalars = Object.fromEntries(
      Object.entries({ ...customScalarTypes, ...config.scalars }).flatMap(([name, type]) =>
        typeof type === 'string' ? [[name, type]] : [],
      ),
    );
    const content = fieldsModule(readFields(aiFields), { schema, scalars, file: aiFields });
    return [
      {
        filename: baseOutputDir,
        plugins: [{ 'ai-fields': {} }],
        pluginMap: { 'ai-fields': { plugin: () => content } },
        config: {},
        schema,
        documents: [],
      },
    ];
  },
};

function readFields(file: string): FileOfFields {
  const remedy = `Write it: fieldgate schema --ai-fields ${file}`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file} cannot be read. ${remedy}`, { cause });
  }
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is no JSON. ${remedy}`, { cause });
  }
  if (!isFileOfFields(fields)) throw new Error(`${file} is no list of AI fields. ${remedy}`);
  return fields;
}

/** By what the module needs of each: another file of JSON is told apart, and one of an older version. */
const isFileOfFields = (value: unknown): value is FileOfFields =>
  Array.isArray(value) &&
  value.every(
    (one: Partial<FileOfFields[number]> | null) =>
      typeof one?.coordinate === 'string' && Array.isArray(one.arguments) && typeof one.ceiling === 'object' && one.ceiling !== null,
  );
