import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { toLogLine } from './sdk-runtime.js';

describe('toLogLine', () => {
  it('says whose a failure is, and why it came, without its stack', () => {
    const error = ApplicationFailure.create({ type: 'Tool.Threw', message: 'kaboom' });
    const meta = { workflowId: 'order-1', activityType: 'runTool', attempt: 2, error, namespace: 'default' };
    expect(toLogLine({ level: 'WARN', message: 'Activity failed', meta })).toEqual({
      level: 'warn',
      message: 'Activity failed',
      component: 'temporal',
      workflowId: 'order-1',
      activityType: 'runTool',
      attempt: 2,
      error: 'Tool.Threw: kaboom',
    });
  });

  it('keeps a line of the native part short', () => {
    const meta = { error: `Status { ${'x'.repeat(5_000)} }` };
    const line = toLogLine({ level: 'WARN', message: 'retried 10 times', meta });
    expect(String(line['error'])).toMatch(/^Status \{ x{491}$/);
  });

  it('is a message alone where the SDK knows no more', () => {
    const line = { level: 'info', message: 'Worker state changed', component: 'temporal' };
    expect(toLogLine({ level: 'INFO', message: 'Worker state changed' })).toEqual(line);
  });
});
