/** Reads the operation that a command is about: from a file, with its variables from another. Refusals name the file. */
import { readFileSync } from 'node:fs';
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import type { Arguments } from './arguments.ts';

export interface OperationFile {
  readonly text: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As `--operation` says; null: the only one. */
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Throws BAD_REQUEST. */
export function readOperationFile(args: Pick<Arguments, 'command' | 'rest' | 'variables' | 'operation'>): OperationFile {
  const { command, rest, variables, operation: operationName } = args;
  const [file, ...more] = rest;
  if (file === undefined || more.length > 0)
    throw new GatewayError(
      'BAD_REQUEST',
      `${command} takes one file with an operation: fieldgate ${command} FILE.graphql [--variables FILE].`,
    );
  const text = textOf(file);
  const document = parsed(text, file);
  const operation = operationIn(document, file, operationName);
  return { text, document, operation, operationName, variables: variables === null ? {} : variablesIn(variables) };
}

function parsed(text: string, file: string): DocumentNode {
  try {
    return parse(text, { maxTokens: 10_000 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new GatewayError('BAD_REQUEST', `${file} is no GraphQL: ${why}`, {}, { cause });
  }
}

function operationIn(document: DocumentNode, file: string, name: string | null): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (operation !== null && operation !== undefined) return operation;
  const names = document.definitions.flatMap((node) =>
    node.kind === 'OperationDefinition' ? [node.name?.value ?? '(without a name)'] : [],
  );
  const wanted = name === null ? 'Name one of its operations with --operation' : `It has no operation "${name}"`;
  throw new GatewayError('BAD_REQUEST', `${file}: ${wanted}. Operations: ${names.join(', ') || 'none'}.`);
}

function variablesIn(file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(textOf(file));
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new GatewayError('BAD_REQUEST', `${file} must be a JSON object of variables, such as { "id": "42" }.`);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GatewayError('BAD_REQUEST', `The file ${file} cannot be read. Give the path of one that is there.`, {}, { cause });
  }
}
