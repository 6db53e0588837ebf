import { proxyActivities } from '@temporalio/workflow';

const { step } = proxyActivities({ startToCloseTimeout: '5 minutes' });

export async function handWritten({ n }) {
  const one = await step({ n });
  const two = await step({ n: one.n });
  const three = await step({ n: two.n });
  const four = await step({ n: three.n });
  const five = await step({ n: four.n });
  return { n: five.n };
}
