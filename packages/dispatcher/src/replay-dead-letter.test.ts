import { describe, expect, it } from 'vitest';
import { replayEventId } from './replay-dead-letter.js';

describe('replayEventId', () => {
  it.each([
    ['e', null, 'e~1'],
    ['e~1', null, 'e~2'],
    ['e', 'bill', 'e@bill~1'],
    ['e@bill~1', 'bill', 'e@bill~2'],
    ['e~1', 'bill', 'e~1@bill~1'],
    ['a/b~c', null, 'a/b~c~1'],
  ])('of %s for %s is %s', (eventId, workflowId, expected) => {
    const event = { eventId, name: 'n', payload: null, correlationId: 'c', source: 'api' };
    expect(replayEventId({ event, workflowId })).toBe(expected);
  });
});
