/**
 * Judges an operation as a whole, before it runs: what it can cost at most, and whether that is allowed.
 *
 * Operations whose AI fields are all at the root reserve nothing here: each draws for itself, and a spent budget is then
 * data in its result union. AI fields on entities multiply by lists, so the whole is reserved at once and refused at once.
 */
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import { decimalOf, type NanoUsd } from '../core/money.ts';
import { costRefusal } from '../pricing/cost-limit.ts';
import { type CompiledQuote, compileQuote, type Quote, type QuoteRules } from '../pricing/quote.ts';
import type { AdmissionInput } from '../server/operation.ts';
import type { OperationHold } from './operation-hold.ts';

export interface Admission {
  /** What the document can cost with these variables; compiled once per document and schema. */
  quote(
    schema: GraphQLSchema,
    document: DocumentNode,
    operationName: string | null,
    variables: Readonly<Record<string, unknown>>,
  ): Quote | Promise<Quote>;
  /** COST_LIMIT_EXCEEDED, BUDGET_EXCEEDED, or nothing; the quote itself for a client that asked for it instead of a run. */
  admit(
    operation: AdmissionInput,
    asking: { readonly hold: OperationHold; readonly quoteOnly: boolean },
  ): Promise<ExecutionResult | undefined>;
}

export interface AdmissionOptions {
  readonly rules: QuoteRules;
  /** Null: no limit but the budgets. */
  readonly maxCostPerOperation: NanoUsd | null;
  /** Whether the coordinate is an AI field on an entity. */
  readonly isEntityField: (coordinate: string) => boolean;
}

export function admission({ rules, maxCostPerOperation, isEntityField }: AdmissionOptions): Admission {
  const compiled = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, Map<string | null, CompiledQuote>>>();
  /** A refusal is remembered like a price: what unfolds without end is counted once. */
  const compile = (...asked: Parameters<typeof compileQuote>): CompiledQuote => {
    try {
      return compileQuote(...asked);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const { code, message, details } = error;
      return () => {
        throw new GatewayError(code, message, details);
      };
    }
  };

  function compiledFor(schema: GraphQLSchema, document: DocumentNode, operationName: string | null): CompiledQuote {
    const bySchema = compiled.get(schema) ?? new WeakMap<DocumentNode, Map<string | null, CompiledQuote>>();
    compiled.set(schema, bySchema);
    const byDocument = bySchema.get(document) ?? new Map<string | null, CompiledQuote>();
    bySchema.set(document, byDocument);
    const known = byDocument.get(operationName);
    if (known !== undefined) return known;
    const fresh = compile(schema, document, operationName, rules);
    byDocument.set(operationName, fresh);
    return fresh;
  }

  const quote: Admission['quote'] = (schema, document, operationName, variables) => compiledFor(schema, document, operationName)(variables);

  return {
    quote,
    async admit({ schema, document, operationName, variables }, { hold, quoteOnly }) {
      const quoted = await quote(schema, document, operationName, variables ?? {});
      if (quoteOnly) return { data: null, extensions: { quote: shown(quoted) } };
      if (quoted.fields.length === 0) return undefined;
      const refused = costRefusal(quoted, maxCostPerOperation);
      if (refused !== null) throw refused;
      if (hold.budgeted && quoted.cost !== null && quoted.fields.some(({ coordinate }) => isEntityField(coordinate)))
        await hold.reserve(quoted.cost);
      return undefined;
    },
  };
}

/** As JSON for people and scripts: money is decimal text in US dollars. */
function shown(quoted: Quote): object {
  return {
    ...quoted,
    cost: quoted.cost === null ? null : decimalOf(quoted.cost),
    fields: quoted.fields.map((field) => ({ ...field, cost: field.cost === null ? null : decimalOf(field.cost) })),
  };
}
