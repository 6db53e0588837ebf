import { parseCondition } from '../condition/index.js';
import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';
import { LOCAL_POLICY } from '../model/policy.js';
import { isTemplate, TemplateLateError } from '../template/index.js';
import type { TaskEvent, TaskScope } from './task-behavior.js';

/** Names of the activities that a condition may need, because it reads a value in the blob store. */
const CONDITION = 'condition';
const CONDITION_TEXT = 'condition-text';

export interface ConditionQuestion {
  /** CEL, or a template. */
  readonly source: string;
  /** Names beside those of every expression. */
  readonly extra?: JsonObject;
  /** Texts that mean themselves, when a template gives them: the routes of a router. */
  readonly answers?: ReadonlySet<string>;
  /** Ends the names of its activities, where a task asks more than once. */
  readonly round?: number;
}

/**
 * The value of a condition (D-17), or `undefined` after asking an activity for it, whose end {@link conditionAnswer}
 * turns into the value. What a template gives is one of `answers`, or else CEL, or else just a text.
 */
export function conditionValue(scope: TaskScope, question: ConditionQuestion): Json | undefined {
  const { source, extra, round } = question;
  if (!isTemplate(source)) return celValue(scope, source, question);
  const { value, late, context } = scope.evaluateLate(source, extra, '/condition');
  if (late === undefined) return textValue(scope, value, question);
  scope.runActivity(
    named(CONDITION_TEXT, round),
    'evaluateTemplates',
    {
      origin: scope.origin,
      value: { value, late, ...(context === undefined ? {} : { context }) },
      at: scope.at,
      seed: scope.seed,
    },
    { policy: LOCAL_POLICY, summary: 'condition' },
  );
  return undefined;
}

/** The value that came back from an activity; `undefined` when it is asked for one more, or the event is another's. */
export function conditionAnswer(scope: TaskScope, event: TaskEvent, question: ConditionQuestion): Json | undefined {
  if (event.kind !== 'activity-completed') return undefined;
  if (event.name === named(CONDITION, question.round)) return event.result;
  if (event.name === named(CONDITION_TEXT, question.round)) return textValue(scope, event.result, question);
  return undefined;
}

function textValue(scope: TaskScope, value: Json, question: ConditionQuestion): Json | undefined {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (text === '' || question.answers?.has(text) === true) return text;
  try {
    parseCondition(text);
    return celValue(scope, text, question);
  } catch (error) {
    if (CompozyError.isInstance(error) && error.code === 'Condition.Invalid') return text;
    throw error;
  }
}

function celValue(scope: TaskScope, source: string, { extra, round }: ConditionQuestion): Json | undefined {
  try {
    return scope.evaluateCondition(source, extra);
  } catch (error) {
    if (!(error instanceof TemplateLateError)) throw error;
  }
  scope.runActivity(
    named(CONDITION, round),
    'evaluateCondition',
    { origin: scope.origin, condition: source, context: scope.conditionContext(source, extra) },
    { policy: LOCAL_POLICY, summary: 'condition' },
  );
  return undefined;
}

function named(name: string, round = 1): string {
  return round === 1 ? name : `${name}-${round}`;
}
