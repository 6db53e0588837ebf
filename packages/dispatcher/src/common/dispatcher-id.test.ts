import { describe, expect, it } from 'vitest';
import { checkInstance, dispatcherId, parseDispatcherId } from './dispatcher-id.js';

describe('dispatcherId', () => {
  it.each([
    ['a', 'X', 0, 'dispatcher-a-X'],
    ['a-b', 'X', 3, 'dispatcher-a-b-X-3'],
    ['a', 'ingress-2', 0, 'dispatcher-a-ingress-2'],
    ['a', 'ingress-2', 1, 'dispatcher-a-ingress-2-1'],
  ])('of project %s, instance %s, epoch %i is %s, and back', (project, instance, epoch, id) => {
    expect(dispatcherId(project, { instance, epoch })).toBe(id);
    expect(parseDispatcherId(project, id)).toEqual({ instance, epoch });
  });

  it.each(['dispatcher-a-b-X', 'dispatcher-a-b-X-3', 'dispatcher-a-b-ingress-2', 'a-X', 'dispatcher-ab-X'])(
    'of project "a" is not %s',
    (id) => {
      expect(parseDispatcherId('a', id)).toBeUndefined();
    },
  );
});

describe('checkInstance', () => {
  it.each(['7', 'a-b', '', 'ingress', 'a b'])('refuses %j, because two dispatchers could share an id', (instance) => {
    expect(() => checkInstance(instance)).toThrow(expect.objectContaining({ code: 'Config.Invalid' }));
  });
});
