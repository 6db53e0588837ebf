import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Json } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { eventExecId, type EventRoutes } from '@compozy/core/schema';
import { processEventSignal } from './process-event-signal.js';
import { buildSignalRoutingMap } from './routing-map.js';

const dir = path.join(path.dirname(fileURLToPath(import.meta.url)), '__fixtures__');
const project = await loadProject(dir);
const map = buildSignalRoutingMap(project);

function route(name: string, payload: Json, more: { event_id?: string; workflow_id?: string } = {}) {
  let found: EventRoutes | undefined;
  const signal = { name, payload, event_id: 'e1', correlation_id: 'c1', source: 'api', ...more };
  const routed = processEventSignal(signal, map, (routes) => (found = routes));
  return { routed, started: found?.starts.map(({ workflowId }) => workflowId), found };
}

describe('buildSignalRoutingMap', () => {
  it('lists the triggers by name, several workflows for one', () => {
    expect([...map].map(([name, triggers]) => [name, triggers.map(({ workflowId }) => workflowId)])).toEqual([
      ['joined', ['greet', 'count']],
      ['left', ['count']],
    ]);
    expect(map.get('joined')![0]).toMatchObject({ type: 'signal', name: 'joined', schema: { required: ['name'] } });
  });

  it('gives triggers that check a payload', () => {
    const [greet, count] = map.get('joined')!;
    expect(() => greet!.validate({ nick: 'x' })).toThrow(expect.objectContaining({ code: 'Input.Invalid' }));
    expect(() => greet!.validate({ name: 'x' })).not.toThrow();
    expect(() => count!.validate(7)).not.toThrow();
  });
});

describe('processEventSignal', () => {
  it('finds the run of every workflow that listens, the same for the same event', () => {
    const first = route('joined', { name: 'Ann' });
    expect(first).toMatchObject({ routed: true, started: ['greet', 'count'] });
    expect(route('joined', { name: 'Ann' }).found).toEqual(first.found);
    const other = route('joined', { name: 'Ann' }, { event_id: 'e2' });
    expect(other.found!.starts[0]!.workflowExecId).not.toBe(first.found!.starts[0]!.workflowExecId);
  });

  it('finds another run for another project, and where only the dividing line is another one', () => {
    const id = { project: 'a', workflowId: 'greet', event: 'order', eventId: 'x/1' };
    const ids = [id, { ...id, project: 'b' }, { ...id, event: 'order/x', eventId: '1' }].map(eventExecId);
    expect(new Set(ids).size).toBe(3);
    expect(route('joined', { name: 'Ann' }).found!.starts[0]!.workflowExecId).toBe(
      eventExecId({ project: project.name, workflowId: 'greet', event: 'joined', eventId: 'e1' }),
    );
  });

  it('finds another run for two ids that somebody chose to be taken for one', () => {
    // Under the hash that ids of tasks have, FNV-1a in lanes, these two are one; such a pair is found in a second.
    const chosen = ['63131374928957048300041482501', '耶3131耳7492895704830004148耲50耱'];
    const ids = chosen.map((eventId) => route('joined', { name: 'Ann' }, { event_id: eventId }).found!.starts[0]!);
    expect(new Set(ids.map(({ workflowExecId }) => workflowExecId)).size).toBe(2);
  });

  it('tells who refuses the payload, and starts the others', () => {
    const { started, found } = route('joined', {});
    expect(started).toEqual(['count']);
    expect(found!.rejected).toMatchObject([{ workflowId: 'greet', error: { code: 'Input.Invalid' } }]);
  });

  it('considers one workflow when the event is for one', () => {
    expect(route('joined', { name: 'Ann' }, { workflow_id: 'count' }).started).toEqual(['count']);
    expect(route('left', {}, { workflow_id: 'greet' }).routed).toBe(false);
  });

  it('says when nobody listens', () => {
    expect(route('nobody', {})).toEqual({ routed: false, started: undefined, found: undefined });
  });
});
