/** What the scalars of the gateway are in TypeScript. Values stay JSON: nothing is parsed when they arrive. */
export interface AiScalars {
  Cursor: string;
  /** RFC 3339. */
  DateTime: string;
  /** Exact decimal text: see `formatMoney` and `addDecimal` of `fieldgate/client`. */
  Decimal: string;
  JSON: unknown;
  /** A whole number that is exact in JSON. */
  SafeInt: number;
  /** Base64 of 32-bit floats. */
  Vector: string;
}

/** For `customScalarTypes` of the Relay compiler. */
export const customScalarTypes = {
  Cursor: 'string',
  DateTime: 'string',
  Decimal: 'string',
  JSON: 'unknown',
  SafeInt: 'number',
  Vector: 'string',
} as const satisfies Readonly<Record<keyof AiScalars, string>>;

/**
 * For `config` of graphql-codegen: the client preset, `typescript-operations`, near-operation-file. A graph with scalars of its own names them
 * beside these: `{ ...aiConfig, scalars: { ...aiConfig.scalars, Money: 'string' } }`; one that is not named is refused. Where modules are those
 * of Node (`nodenext`), `importExtension: '.ts'` and `emitLegacyCommonJSImports: false` belong to the configuration, above `generates`.
 */
export const aiConfig = {
  scalars: { ...customScalarTypes },
  strictScalars: true,
  defaultScalarType: 'unknown',
  useTypeImports: true,
  // A later gateway has members that this schema does not name.
  futureProofEnums: true,
  nonOptionalTypename: true,
} as const;
