import { describe, expect, it } from 'vitest';
import type { PlanSchedule } from '@compozy/core';
import { decideUpdate, type ScheduleFacts } from './decide-update.js';
import { scheduleId } from './schedule-id.js';
import { timeAfter, yamlOf, type ScheduleMemo } from './schedule-memo.js';

const schedule: PlanSchedule = { cron: '@daily', timezone: 'UTC', enabled: true, overlap: 'skip', input: {} };
const at = (minute: number) => `2030-01-01T00:0${minute}:00.000Z`;
const known = (more: Partial<ScheduleMemo> = {}): ScheduleMemo => ({
  yaml: yamlOf(schedule),
  base: 'base',
  overridesSince: at(1),
  ...more,
});

function decide(facts: Partial<ScheduleFacts>) {
  return decideUpdate({
    schedule,
    yaml: yamlOf(facts.schedule ?? schedule),
    base: 'base',
    current: undefined,
    stored: undefined,
    now: at(9),
    ...facts,
  });
}

describe('decideUpdate', () => {
  const weekly = { ...schedule, cron: '@weekly' };

  it.each<[string, Partial<ScheduleFacts>, object]>([
    ['new', {}, { differs: true, paused: false, schedule }],
    ['new and not enabled', { schedule: { ...schedule, enabled: false } }, { differs: true, paused: true }],
    ['the same', { current: known() }, { differs: false, paused: 'keep' }],
    ['on another queue', { current: known(), base: 'other' }, { differs: true, paused: 'keep' }],
    ['other YAML', { current: known(), schedule: weekly }, { differs: true, paused: false, schedule: weekly }],
    [
      'new, with an override that is older than Temporal',
      { stored: { cron: '@hourly', updatedAt: at(0) } },
      { differs: true, schedule: { ...schedule, cron: '@hourly' } },
    ],
    [
      'overridden in Temporal',
      { current: known({ override: { enabled: false, updatedAt: at(2) } }) },
      { differs: false, paused: 'keep', schedule: { ...schedule, enabled: false } },
    ],
    [
      'overridden in Temporal, and later in the store',
      {
        current: known({ override: { enabled: false, updatedAt: at(2) } }),
        stored: { cron: '@hourly', updatedAt: at(3) },
      },
      { differs: true, paused: false, schedule: { ...schedule, cron: '@hourly' } },
    ],
    [
      'overridden in the store, and later in Temporal',
      {
        current: known({ override: { enabled: false, updatedAt: at(3) } }),
        stored: { cron: '@hourly', updatedAt: at(2) },
      },
      { differs: false, schedule: { ...schedule, enabled: false } },
    ],
    [
      'overridden before an override was taken back',
      { current: known(), stored: { enabled: false, updatedAt: at(0) } },
      { differs: false, schedule },
    ],
    [
      'overridden twice, with other YAML',
      {
        current: known({ override: { enabled: false, updatedAt: at(2) } }),
        stored: { cron: '@hourly', updatedAt: at(3) },
        schedule: weekly,
      },
      {
        differs: true,
        paused: false,
        schedule: weekly,
        memo: { yaml: yamlOf(weekly), base: 'base', overridesSince: at(9) },
      },
    ],
    [
      'overridden by a host whose clock is ahead, with other YAML',
      {
        current: known({ override: { enabled: false, updatedAt: at(2) } }),
        stored: { cron: '@hourly', updatedAt: at(3) },
        schedule: weekly,
        now: at(1),
      },
      { differs: true, paused: false, schedule: weekly, memo: { overridesSince: '2030-01-01T00:03:00.001Z' } },
    ],
  ])('a schedule that is %s', (_, facts, expected) => expect(decide(facts)).toMatchObject(expected));
});

describe('scheduleId', () => {
  it('is another one for every pair of project and workflow', () => {
    const names = ['a', 'b', 'a-b', 'b-c', '-', '%2D', 'a%2Db', 'a b', 'ä'];
    const ids = names.flatMap((project) => names.map((workflow) => scheduleId(project, workflow)));
    expect(new Set(ids).size).toBe(names.length ** 2);
  });

  it('is readable', () => {
    expect(scheduleId('weather', 'daily-report')).toBe('schedule-weather-daily-report');
    expect(scheduleId('my-project', 'daily')).toBe('schedule-my%2Dproject-daily');
  });
});

describe('timeAfter', () => {
  it.each([
    ['is the time of this host', at(5), [at(4), undefined], at(5)],
    ['is later than what a host wrote whose clock is ahead', at(5), [at(7), at(6)], '2030-01-01T00:07:00.001Z'],
    ['is later than what was written at the same time', at(5), [at(5)], '2030-01-01T00:05:00.001Z'],
  ])('%s', (_, now, others, expected) => expect(timeAfter(now, ...others)).toBe(expected));
});
