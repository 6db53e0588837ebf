import { expect, it } from 'vitest';
import { DEFAULT_POLICY, type Plan, type Task } from '@compozy/core';
import { start, transition, toRunView } from '@compozy/core/interpreter';
const base = { position: { file: 'w.yaml', line: 1, column: 1 }, policy: DEFAULT_POLICY, maxIterations: 1000 };
const plan: Plan = {
  semantics: 1, project: { name: 'p' }, workflow: { id: 'w' }, file: 'w.yaml', inListOrder: true, env: {}, publicEnv: {},
  tools: { split: { id: 'split' }, process: { id: 'process' } },
  tasks: [
    { ...base, id: 'split', type: 'basic', tool: 'split' } as Task,
    { ...base, id: 'process', type: 'collection', mode: 'parallel', batchSize: 2, maxWorkers: 2, strategy: 'wait_all',
      task: { ...base, id: 'process', type: 'basic', tool: 'process', with: { a: '{{ .workflow.input.x }}', b: '{{ .env.S }}' } } as Task } as Task,
    { ...base, id: 'agg', type: 'aggregate', outputs: { n: '{{ .tasks.process.output.outputs }}' } } as Task,
  ],
};
it('runs', () => {
  let step = start({ execId: 'e', workflowId: 'w', project: 'p', at: 1, seed: 's', input: { x: 1 }, trigger: { type: 'cli' } }, plan);
  const log: unknown[] = [step.commands];
  step = transition(plan, step.state, { kind: 'activity-completed', key: 'root/split/tool', result: { list: [1, 2, 3, 4, 5] }, attempts: 1, at: 2 });
  log.push(step.commands);
  for (const i of [1, 0, 2]) {
    step = transition(plan, step.state, { kind: 'activity-completed', key: `root/process[${i}]/tool`, result: { i }, attempts: 1, at: 3 });
    log.push(step.commands);
  }
  console.log(JSON.stringify(log, null, 1));
  console.log(JSON.stringify(toRunView(plan, step.state)));
  expect(step.state.status).toBe('SUCCESS');
});
