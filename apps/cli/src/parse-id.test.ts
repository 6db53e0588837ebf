import { describe, expect, it } from 'vitest';
import { runCommand } from '../test/run-command.js';
import { addEventsCommand } from './commands/events.js';
import { addExecutionsCommand } from './commands/executions.js';
import { addSchedulesCommand } from './commands/schedules.js';

describe('an id that is empty, as a variable of a script may be', () => {
  it.each([
    [addExecutionsCommand, ['executions', 'get', '']],
    [addExecutionsCommand, ['executions', 'cancel', '']],
    [addExecutionsCommand, ['executions', 'signal', 'x', ' ']],
    [addEventsCommand, ['events', 'status', '']],
    [addEventsCommand, ['events', 'replay', '']],
    [addSchedulesCommand, ['schedules', 'pause', '']],
  ])('is bad usage, and no server is asked: %o %j', async (add, args) => {
    const { code, stderr } = await runCommand(add, args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/argument .* It is empty\./) });
  });
});
