export { evaluateCondition, parseCondition, type Condition } from './condition.js';
export { conditionReferences, type ConditionReference } from './references.js';
export { isTrue, toRouteKey } from './result.js';
export type { ConditionHost } from './evaluation.js';
