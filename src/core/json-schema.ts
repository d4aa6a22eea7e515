/** A JSON Schema document, as data: read by `pipeline/validate.ts`, the providers and the embedded provider. */
export type JsonSchema = Readonly<Record<string, unknown>>;
