import { describe, expect, it } from 'vitest';
import { parseCondition } from './condition.js';
import { conditionReferences } from './references.js';

/** `path@column`, with `?` for guarded and `*` for dynamic. */
const references = (source: string): string[] =>
  conditionReferences(parseCondition(source)).map(
    ({ path, column, guarded, dynamic }) => `${path.join('/')}${guarded ? '?' : ''}${dynamic ? '*' : ''}@${column}`,
  );

describe('conditionReferences', () => {
  it.each<[string, string[]]>([
    ['1 + 2 == 3', []],
    ['tasks.a.output.x > input.n', ['tasks/a/output/x@1', 'input/n@20']],
    ['tasks["my-task"].output', ['tasks/my-task/output@1']],
    ['tasks[input.id].output', ['tasks*@1', 'input/id@7']],
    ['items[0].name', ['items@1']],
    ['has(tasks.a.output)', ['tasks/a@5', 'tasks/a/output?@5']],
    ['has(tasks.a) && tasks.a.output.x == 1', ['tasks@5', 'tasks/a?@5', 'tasks/a/output/x?@17']],
    ['"a" in tasks && tasks.a.status == "x"', ['tasks@8', 'tasks/a/status?@17']],
    ['has(a.b) ? a.b : c.d', ['a@5', 'a/b?@5', 'a/b?@12', 'c/d@18']],
    ['!has(a.b) || a.b.c', ['a@6', 'a/b?@6', 'a/b/c?@14']],
    ['tasks.all(id, tasks[id].status == "SUCCESS")', ['tasks@1', 'tasks*@15']],
    ['workflow.input.tags.filter(t, t.x == input.y)', ['workflow/input/tags@1', 'input/y@38']],
    ['cel.bind(o, tasks.a.output, o.x == o.y)', ['tasks/a/output@13', 'tasks/a/output/x@29', 'tasks/a/output/y@36']],
    ['[a.b, {"k": c.d}].size() == size(e)', ['a/b@2', 'c/d@13', 'e@34']],
    ['type(a.x) == string', ['a/x@6']],
    ['-a.x < 0 ? b : c', ['a/x@2', 'b@12', 'c@16']],
  ])('%s', (source, expected) => {
    expect(references(source)).toEqual(expected);
  });

  it('gives lines and columns', () => {
    expect(conditionReferences(parseCondition('true &&\n  tasks.a.ok'))).toEqual([
      { path: ['tasks', 'a', 'ok'], line: 2, column: 3, guarded: false, dynamic: false },
    ]);
  });
});
