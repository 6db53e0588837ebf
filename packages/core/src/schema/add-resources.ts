import type { JsonObject } from '../model/json.js';
import { checkDocument } from './check-document.js';
import { checkJsonSchema } from './check-json-schema.js';
import type { CheckedResources, Resource } from './check-resources.js';
import { checkToolTemplates, visitTemplates, type ToolTemplateScope } from './check-templates.js';
import { definitionTypes, resourceTypes, type DefinitionType, type ResourceType } from './resource-types.js';
import { withoutId, type SchemaTable } from './schema-table.js';
import { compileTool, type ToolTable } from './tool-table.js';

/**
 * Puts autoloaded schemas and tools where those of the project file are; the result are the tools.
 *
 * @param templates what the templates of a tool may speak of.
 */
export function addResources(
  resources: CheckedResources,
  schemas: SchemaTable,
  tools: ToolTable,
  templates: ToolTemplateScope,
): readonly Resource[] {
  // Tools name schemas.
  for (const { source, id, options, trial } of resources.of('schema')) {
    const schema: JsonObject = withoutId(source.value as Record<string, unknown>);
    const isValid = checkJsonSchema(source, [], schema, options.reporter);
    if (trial.end() && isValid) schemas.define(id, schema);
  }
  const added: Resource[] = [];
  for (const tool of resources.of('tool')) {
    const { source, options, trial } = tool;
    const definition = compileTool(source, [], options, schemas.extend(options.reporter));
    visitTemplates(source, [], options.reporter, undefined);
    checkToolTemplates(source, [], options.reporter, templates);
    if (!trial.end()) continue;
    tools.define(definition);
    added.push(tool);
  }
  if (!resources.isComplete) tools.define(undefined);
  return added;
}

/**
 * Checks the autoloaded files of types that nothing runs yet.
 *
 * @param defaultModel where the project file has its default model.
 */
export function checkOtherResources(resources: CheckedResources, defaultModel: string | undefined): void {
  let owner = defaultModel;
  for (const type of resourceTypes.filter((known) => isDefinition(known))) {
    for (const { source, options, trial } of resources.of(type)) {
      const { reporter } = options;
      const checked: Readonly<Record<string, unknown>> = checkDocument(
        source,
        [],
        definitionTypes[type].document,
        options,
      );
      visitTemplates(source, [], reporter, undefined);
      const isDefault = type === 'model' && checked['default'] === true;
      if (isDefault && owner !== undefined) {
        const message = `Only one model can be the default; ${owner} has another`;
        reporter.report(source, 'value.conflict', message, { path: ['default'] });
      }
      if (trial.end() && isDefault) owner ??= `${source.file}:${source.valuePlace(['default']).line}`;
    }
  }
}

function isDefinition(type: ResourceType): type is DefinitionType {
  return Object.hasOwn(definitionTypes, type);
}
