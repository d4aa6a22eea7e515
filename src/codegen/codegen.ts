/**
 * `fieldgate/codegen`: plain values for graphql-codegen, Apollo, Relay and gql.tada, and a preset that types the AI fields of a graph.
 * The schema is that of `fieldgate schema --out schema.graphql --ai-fields ai-fields.json`.
 *
 * @example
 * ```ts
 * import type { CodegenConfig } from '@graphql-codegen/cli';
 * import { aiConfig } from 'fieldgate/codegen';
 *
 * const config: CodegenConfig = {
 *   schema: 'schema.graphql',
 *   documents: 'src/**\/*.{ts,tsx}',
 *   generates: {
 *     'src/gql/': { preset: 'client', config: aiConfig },
 *     'src/ai-fields.ts': { preset: 'fieldgate/codegen', presetConfig: { aiFields: 'ai-fields.json' } },
 *   },
 * };
 * export default config;
 * ```
 */
export { aiDocuments } from './ai-documents.ts';
export { type AiFieldsPresetConfig, preset } from './preset.ts';
export { type AiScalars, aiConfig, customScalarTypes } from './settings.ts';
