import type { Json, JsonObject, Plan, PlanTrigger } from '@compozy/core';
import { checkSchema, createSchemaValidator, type SchemaValidator } from '@compozy/core/schema';

/** A workflow that an event starts. */
export interface CompiledTrigger {
  readonly workflowId: string;
  readonly type: PlanTrigger['type'];
  readonly name: string;
  /** JSON Schema of the payload. */
  readonly schema?: JsonObject;
  /** @throws `Input.Invalid` when the payload does not match the schema. */
  validate(payload: Json): void;
  readonly plan: Plan;
  readonly validator: SchemaValidator;
}

/** The triggers of a project by event name. Several workflows may listen to one event. */
export function buildSignalRoutingMap(
  project: { readonly workflows: ReadonlyMap<string, Plan> },
  validator: SchemaValidator = createSchemaValidator(),
): Map<string, CompiledTrigger[]> {
  const map = new Map<string, CompiledTrigger[]>();
  for (const plan of project.workflows.values()) {
    for (const { type, name, schema } of plan.triggers) {
      const triggers = map.get(name) ?? [];
      map.set(name, triggers);
      triggers.push({
        workflowId: plan.workflow.id,
        type,
        name,
        plan,
        validator,
        ...(schema === undefined ? {} : { schema }),
        validate: (payload) => checkSchema(validator, schema, payload, 'Input.Invalid', `The payload of "${name}"`),
      });
    }
  }
  return map;
}
