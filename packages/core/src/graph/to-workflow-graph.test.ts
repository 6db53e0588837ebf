import { describe, expect, it } from 'vitest';
import { loadPlan } from '../../test/temp-project.js';
import type { Task } from '../model/task.js';
import { behaviorOf } from '../tasks/behaviors.js';
import { toWorkflowGraph, type GraphBehavior } from './to-workflow-graph.js';
import type { WorkflowGraph } from './workflow-graph.js';

/** `from -kind[label]-> to`, one for each edge. */
const ways = ({ edges }: WorkflowGraph): readonly string[] =>
  edges.map(({ from, to, kind, label }) => `${from} -${kind}${label === undefined ? '' : `[${label}]`}-> ${to}`);

const compiledPlan = (tasks: readonly object[]) => loadPlan(JSON.stringify({ id: 'w', tasks }));
const basic = (id: string, more: object = {}) => ({ id, type: 'basic', tool: 'fetch', ...more });

describe('toWorkflowGraph', () => {
  it('has the transitions of each task, and an end where a run may end', async () => {
    const plan = await compiledPlan([
      basic('a', { on_success: { next: 'b' }, on_error: { next: 'c' } }),
      basic('b', { on_success: { next: 'a' }, on_error: { next: 'b' } }),
      basic('c'),
    ]);
    expect(ways(toWorkflowGraph(plan))).toEqual([
      '$start -start-> a',
      'a -success-> b',
      'a -error-> c',
      'b -success-> a',
      'b -error-> b',
      'c -end-> $end',
    ]);
  });

  it('follows the order of the file where no task has a transition', async () => {
    const graph = toWorkflowGraph(await compiledPlan([basic('a'), basic('b'), basic('c')]));
    expect(ways(graph)).toEqual(['$start -start-> a', 'a -order-> b', 'b -order-> c', 'c -end-> $end']);
  });

  it('ends at a final task, whatever it names as next', async () => {
    const plan = await compiledPlan([
      basic('a', { final: true, on_success: { next: 'b' }, on_error: { next: 'b' } }),
      basic('b'),
    ]);
    const graph = toWorkflowGraph(plan);
    expect(ways(graph)).toEqual(['$start -start-> a', 'a -error-> b', 'a -end-> $end', 'b -end-> $end']);
    expect(graph.nodes.filter(({ final }) => final).map(({ id }) => id)).toEqual(['a']);
  });

  it('leads a templated transition to one node that stands for any task', async () => {
    const next = '{{ .workflow.input.next }}';
    const plan = await compiledPlan([
      basic('a', { on_success: { next }, on_error: { next: 'b' } }),
      basic('b', { on_success: { next } }),
    ]);
    const graph = toWorkflowGraph(plan);
    expect(ways(graph)).toEqual([
      '$start -start-> a',
      `a -success[${next}]-> $unknown`,
      'a -error-> b',
      `b -success[${next}]-> $unknown`,
    ]);
    expect(graph.nodes.filter(({ type }) => type === 'unknown')).toEqual([
      { id: '$unknown', type: 'unknown', label: '?' },
    ]);
  });

  it('puts children into their containers, by their path in the plan, in order only where they run in order', async () => {
    const plan = await compiledPlan([
      {
        id: 'all',
        type: 'parallel',
        tasks: [
          { id: 'steps', type: 'composite', tasks: [basic('a'), basic('b', { on_success: { next: 'a' } })] },
          { id: 'each', type: 'collection', items: [1], task: basic('{{ .item }}') },
        ],
      },
    ]);
    const graph = toWorkflowGraph(plan);
    expect(graph.nodes).toEqual([
      { id: '$start', type: 'start', label: 'start' },
      { id: 'all', ref: '0', type: 'parallel', label: 'all' },
      { id: 'all/steps', ref: '0/tasks/0', type: 'composite', label: 'steps', parent: 'all' },
      { id: 'all/steps/a', ref: '0/tasks/0/tasks/0', type: 'basic', label: 'a', parent: 'all/steps' },
      { id: 'all/steps/b', ref: '0/tasks/0/tasks/1', type: 'basic', label: 'b', parent: 'all/steps' },
      { id: 'all/each', ref: '0/tasks/1', type: 'collection', label: 'each', parent: 'all' },
      { id: 'all/each/{{ .item }}', ref: '0/tasks/1/task', type: 'basic', label: '{{ .item }}', parent: 'all/each' },
      { id: '$end', type: 'end', label: 'end' },
    ]);
    expect(ways(graph)).toEqual(['all/steps/a -order-> all/steps/b', '$start -start-> all', 'all -end-> $end']);
  });

  describe('targets of a behaviour', () => {
    const withTargets =
      (targets: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
      (task: Task): GraphBehavior => ({
        children: behaviorOf(task).children,
        targets: ({ id }) => targets[id] ?? {},
      });

    it('are routes by their names, and the only ways on', async () => {
      const plan = await compiledPlan([basic('a', { on_error: { next: 'b' } }), basic('b'), basic('c')]);
      const graph = toWorkflowGraph(plan, withTargets({ a: { yes: 'b', 'no | "maybe"': 'c', any: '{{ .x }}' } }));
      expect(ways(graph)).toEqual([
        '$start -start-> a',
        'a -route[yes]-> b',
        'a -route[no | "maybe"]-> c',
        'a -route[any: {{ .x }}]-> $unknown',
        'a -error-> b',
        'b -end-> $end',
        'c -end-> $end',
      ]);
    });

    it('leave the end open to what went on because its time was over', async () => {
      const plan = await compiledPlan([basic('a', { on_error: { next: 'b' } }), basic('b')]);
      expect(ways(toWorkflowGraph(plan, withTargets({ a: { timeout: 'b' } })))).toEqual([
        '$start -start-> a',
        'a -timeout-> b',
        'a -error-> b',
        'a -end-> $end',
        'b -end-> $end',
      ]);
    });

    it('may be children of the task, and mean them before its neighbours', async () => {
      const plan = await compiledPlan([
        { id: 'box', type: 'composite', tasks: [basic('a'), basic('b')], on_error: { next: 'a' } },
        basic('a'),
      ]);
      const graph = toWorkflowGraph(plan, withTargets({ box: { inner: 'a' } }));
      expect(ways(graph)).toContain('box -route[inner]-> box/a');
      expect(ways(graph)).toContain('box -error-> a');
    });
  });
});
