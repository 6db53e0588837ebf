import { describe, expect, it } from 'vitest';
import { CompozyError } from '@compozy/core';
import { neededScope } from './authenticate.js';
import { ApiProblem, toApiProblem, toProblemDocument } from './problem.js';

describe('toApiProblem', () => {
  it('shows what the caller did wrong, and hides what the server did', () => {
    const wrong = toApiProblem(new CompozyError('Input.Invalid', 'The input is wrong'));
    expect([wrong.status, wrong.message]).toEqual([422, 'The input is wrong']);
    const down = toApiProblem(new CompozyError('Store.Unavailable', 'postgres://user:secret@host'));
    const bug = toApiProblem(new Error('secret at line 3'));
    const unreachable = toApiProblem(new Error('x', { cause: Object.assign(new Error('secret'), { code: 14 }) }));
    expect([down.status, bug.status, unreachable.status]).toEqual([503, 500, 503]);
    for (const problem of [down, bug, unreachable]) {
      expect(JSON.stringify(toProblemDocument(problem, '/x', 'r'))).not.toContain('secret');
    }
  });

  it('lets no extension take the place of a member', () => {
    const problem = new ApiProblem('Api.NotFound', 'gone', { extensions: { status: 200, workflow_id: 'w' } });
    expect(toProblemDocument(problem, '/x', 'r')).toMatchObject({ status: 404, workflow_id: 'w' });
  });
});

describe('neededScope', () => {
  it.each([
    ['GET', '/api/v0/schedules', 'read'],
    ['POST', '/api/v0/workflows/w/executions', 'run'],
    ['POST', '/api/v0/events', 'run'],
    ['PATCH', '/api/v0/schedules/w', 'admin'],
    ['POST', '/api/v0/dead-letters/d/replay', 'admin'],
  ])('of %s %s is %s', (method, path, scope) => {
    expect(neededScope(method, path)).toBe(scope);
  });
});
