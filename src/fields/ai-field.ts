/** An AI field as its operator declared it: one directive on one field of an entity, read from SDL. */
import type { FieldDefinitionNode, InputValueDefinitionNode, TypeNode } from 'graphql';
import type { Template } from './template.ts';

export type AiField = CompletionField | EmbeddingField | SimilarField | AnswerField;

interface FieldOf<Kind extends string> {
  readonly kind: Kind;
  /** `Product.summary`. */
  readonly coordinate: string;
  readonly typeName: string;
  readonly fieldName: string;
  readonly type: TypeNode;
  readonly arguments: readonly InputValueDefinitionNode[];
  readonly description: string | null;
  readonly place: Place;
  readonly node: FieldDefinitionNode;
}

/** Where something stands, for people: 1-based line. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface CompletionField extends FieldOf<'completion'> {
  readonly route: string;
  readonly prompt: Template;
  readonly system: Template | null;
  /** Null: the prompt stands in the SDL. */
  readonly promptId: string | null;
  readonly promptVersion: string | null;
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
  readonly temperature: number | null;
  /** SELECTED: the caller's selection is what the model is asked for; DECLARED: the whole type. */
  readonly select: 'SELECTED' | 'DECLARED';
}

export interface EmbeddingField extends FieldOf<'embedding'> {
  readonly route: string;
  readonly text: Template;
  readonly maxInputTokens: number;
}

export interface SimilarField extends FieldOf<'similar'> {
  readonly index: string;
  readonly text: Template;
}

export interface AnswerField extends FieldOf<'answer'> {
  readonly collection: string;
  readonly question: Template;
  readonly route: string;
  readonly maxOutputTokens: number;
}

/** An entity type whose members can be found by their text. */
export interface EntityIndex {
  readonly name: string;
  readonly typeName: string;
  /** Fields of its first `@key`, as written. */
  readonly key: string;
  readonly text: Template;
  /** The root list that the indexer pages through. */
  readonly from: string;
  readonly place: Place;
}

/** The templates of a field: all that it reads. */
export function templatesOf(field: AiField): readonly Template[] {
  switch (field.kind) {
    case 'completion':
      return field.system === null ? [field.prompt] : [field.system, field.prompt];
    case 'embedding':
    case 'similar':
      return [field.text];
    case 'answer':
      return [field.question];
  }
}

/** What must be mended before the gateway can start: file, line, what is wrong, and the remedy. */
export interface Mistake {
  readonly place: Place;
  readonly message: string;
}

export const mistakeText = ({ place, message }: Mistake): string => `${place.file}:${place.line}: ${message}`;
