// Workflow code of a user: the engine's and two of their own, and nothing of the dispatcher.
import { proxyActivities } from '@temporalio/workflow';

export * from '@compozy/workflows/workflow';
export { default } from '@compozy/workflows/workflow';

export async function mine(name) {
  return `mine: ${name}`;
}

const activities = proxyActivities({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 2 } });

/** Calls activities one after the other: `[name, input]` each. */
export async function callAll(calls) {
  const results = [];
  for (const [name, input] of calls) results.push(await activities[name](input));
  return results;
}
