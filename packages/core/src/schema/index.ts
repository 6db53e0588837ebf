export { createSchemaValidator, type SchemaProblem, type SchemaValidator } from './json-schema.js';
