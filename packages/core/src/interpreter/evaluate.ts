import { conditionReferences, evaluateCondition, parseCondition } from '../condition/index.js';
import { CompozyError } from '../errors/compozy-error.js';
import { appendPointer } from '../model/json-pointer.js';
import type { Json, JsonObject } from '../model/json.js';
import type { LateValue } from '../protocol/late-value.js';
import {
  evaluateTemplate,
  isTemplate,
  parseTemplate,
  TemplateLateError,
  type TemplateHost,
} from '../template/index.js';
import type { Draft } from './draft.js';
import { randomAt } from './random.js';
import type { TaskNode } from './state.js';
import {
  conditionData,
  isOpaque,
  pickPaths,
  referencedContext,
  SECRET_ENV,
  templateContext,
  toPlain,
} from './template-context.js';

/**
 * Evaluates the templates in `value`. What may not be evaluated in the workflow stays source and is listed as late.
 * `field`: JSON pointer of `value` in the task, for errors.
 */
export function evaluateLate(
  draft: Draft,
  node: TaskNode | undefined,
  value: Json,
  extra?: JsonObject,
  field = '',
): LateValue {
  let context: JsonObject | undefined;
  let host: TemplateHost | undefined;
  const late: string[] = [];
  const sources: string[] = [];
  const visit = (part: Json, pointer: string): Json => {
    if (typeof part === 'string') {
      if (!isTemplate(part)) return part;
      context ??= templateContext(draft, node, extra);
      host ??= templateHost(draft);
      try {
        const result = evaluateTemplate(parseTemplate(part), context, host);
        return result !== null && typeof result === 'object' && !isOpaque(result) ? toPlain(result) : result;
      } catch (error) {
        if (!(error instanceof TemplateLateError)) throw located(error, `${field}${pointer}`, part);
        late.push(pointer);
        sources.push(part);
        return part;
      }
    }
    if (part === null || typeof part !== 'object') return part;
    if (Array.isArray(part)) return part.map((element: Json, index) => visit(element, appendPointer(pointer, index)));
    return Object.fromEntries(
      Object.entries(part).map(([key, element]) => [key, visit(element, appendPointer(pointer, key))]),
    );
  };
  const result = visit(value, '');
  if (late.length === 0) return { value: result };
  return { value: result, late, field, context: lateContext(draft, sources, context!) };
}

/** What `templates` together refer to, for an activity that will evaluate them. */
export function contextFor(draft: Draft, node: TaskNode | undefined, templates: readonly string[]): JsonObject {
  return lateContext(draft, templates, templateContext(draft, node));
}

/** The value of a CEL expression (D-17). */
export function evaluateInScope(draft: Draft, node: TaskNode, source: string, extra?: JsonObject): Json {
  const data = conditionData(draft, node, extra);
  try {
    return toPlain(evaluateCondition(parseCondition(source), data, { isOpaque }));
  } catch (error) {
    throw located(error, '/condition', source);
  }
}

/** What a CEL expression refers to, for an activity that will evaluate it. */
export function conditionContext(draft: Draft, node: TaskNode, source: string, extra?: JsonObject): JsonObject {
  const references = conditionReferences(parseCondition(source));
  return pickPaths(
    references.map(({ path }) => path),
    conditionData(draft, node, extra),
  );
}

/** Public names of `.env` stand in the plan; the activity adds the secret ones. */
function lateContext(draft: Draft, templates: readonly string[], context: JsonObject): JsonObject {
  return { ...referencedContext(templates, context), env: draft.plan.publicEnv };
}

function templateHost(draft: Draft): TemplateHost {
  return {
    now: () => draft.at,
    random: () => randomAt(draft.context.seed, draft.fields.draws++),
    meter: draft.meter,
    isOpaque,
    resolveOpaque: (value, key) => (value === SECRET_ENV ? draft.plan.publicEnv[key] : undefined),
  };
}

function located(error: unknown, pointer: string, source: string): unknown {
  if (!CompozyError.isInstance(error)) return error;
  const expression = source.length > 200 ? `${source.slice(0, 200)}…` : source;
  return new CompozyError(error.code, error.message, {
    details: { ...error.details, pointer, expression },
    cause: error,
  });
}
