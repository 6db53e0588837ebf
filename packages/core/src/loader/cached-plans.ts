import type { JsonObject } from '../model/json.js';
import type { Plan } from '../model/plan.js';

const CACHED_PLANS = 200;
/** A definition that holds much data is hardly written twice. */
const MAX_KEY_LENGTH = 64 * 1024;

/** `compile`, which is asked once for each definition as long as that stays in use. */
export function cachedPlans(
  compile: (task: JsonObject, workflowId: string | undefined) => Plan,
): (task: JsonObject, workflowId?: string) => Plan {
  const plans = new Map<string, Plan>();
  return (task, workflowId) => {
    const key = JSON.stringify([workflowId ?? null, task]);
    const plan = plans.get(key) ?? compile(task, workflowId);
    if (key.length > MAX_KEY_LENGTH) return plan;
    // The order of a map is that of insertion: the one that was not asked for the longest comes first.
    plans.delete(key);
    plans.set(key, plan);
    if (plans.size > CACHED_PLANS) plans.delete(plans.keys().next().value!);
    return plan;
  };
}
