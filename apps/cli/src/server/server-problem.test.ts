import { describe, expect, it } from 'vitest';
import { ServerProblem } from './server-problem.js';

describe('ServerProblem', () => {
  it('names each part of the request that is wrong', () => {
    const errors = [
      { pointer: '/name', in: 'input', detail: 'must be string' },
      { pointer: '', in: 'input', detail: 'must have the property "id"' },
    ];
    const { message, code } = new ServerProblem(422, { code: 'Input.Invalid', detail: 'Wrong', errors });
    expect(message).toBe('Input.Invalid: Wrong\n  input /name: must be string\n  input: must have the property "id"');
    expect(code).toBe(2);
  });

  it('names the request where the log of the server has more', () => {
    const document = { code: 'Api.Internal', detail: 'The server failed', request_id: 'r-1' };
    expect(new ServerProblem(500, document).message).toBe('Api.Internal: The server failed (request id r-1)');
  });

  it('lets nothing through that moves the cursor or begins a line', () => {
    const document = { code: 'Api.NotFound', detail: 'no "\u001b[31mred\nsecond\u202E"' };
    expect(new ServerProblem(404, document).message).toBe('Api.NotFound: no " [31mred second "');
  });
});
