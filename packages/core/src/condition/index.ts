export { evaluateCondition, parseCondition, type Condition } from './condition.js';
export { conditionReferences } from './references.js';
export { isTrue, toRouteKey } from './result.js';
