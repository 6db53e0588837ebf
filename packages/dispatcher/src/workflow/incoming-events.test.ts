import { describe, expect, it } from 'vitest';
import { toIncomingEvents } from './incoming-events.js';

function incoming(argument: unknown) {
  let count = 0;
  return toIncomingEvents(argument, 7, () => `made-${(count += 1)}`);
}

describe('toIncomingEvents', () => {
  it('takes the original shape, and names an event that has no id', () => {
    expect(incoming({ name: 'paid', payload: { n: 1 }, correlation_id: 'c' })).toEqual({
      malformed: 0,
      events: [
        { name: 'paid', payload: { n: 1 }, event_id: 'made-1', correlation_id: 'c', source: 'event', accepted_at: 7 },
      ],
    });
  });

  it('takes a list, with a different id for each that has none', () => {
    const { events } = incoming([{ name: 'a' }, { name: 'b', event_id: 'mine' }, { name: 'c' }]);
    expect(events.map(({ event_id, correlation_id }) => [event_id, correlation_id])).toEqual([
      ['made-1', 'made-1'],
      ['mine', 'mine'],
      ['made-2', 'made-2'],
    ]);
  });

  it.each([[null], [undefined], [[]]])('takes %j as a way to start the dispatcher', (argument) => {
    expect(incoming(argument)).toEqual({ events: [], malformed: 0 });
  });

  it.each([['text'], [7], [{ payload: 1 }], [{ name: '' }]])('counts %j as malformed', (argument) => {
    expect(incoming(argument)).toEqual({ events: [], malformed: 1 });
  });
});
