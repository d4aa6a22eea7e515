/** For `relay-compiler`, after `fieldgate schema --out schema.graphql`. */
import { customScalarTypes } from '../../../src/codegen/codegen.ts';

const config = {
  src: '.',
  schema: './schema.graphql',
  language: 'typescript',
  artifactDirectory: './__generated__',
  excludes: ['**/__generated__/**'],
  eagerEsModules: true,
  useImportTypeSyntax: true,
  customScalarTypes,
};

// The compiler takes what `require` gives.
export { config as 'module.exports' };
