// Workflow code of a user: the engine's and three of their own, and nothing of the dispatcher.
import { condition, continueAsNew, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

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

/** Holds a large value over two runs, and tells its length in the second. */
export async function carry(ref, isContinued = false) {
  let isNext = false;
  setHandler(defineSignal('next'), () => void (isNext = true));
  await condition(() => isNext);
  if (!isContinued) return await continueAsNew(ref, true);
  return (await activities.loadValue({ ref })).length;
}
