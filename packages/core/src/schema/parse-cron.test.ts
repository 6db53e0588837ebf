import { describe, expect, it } from 'vitest';
import { CompozyError } from '../errors/compozy-error.js';
import { parseCron, type CronRange } from './parse-cron.js';

const one = (value: number): CronRange => ({ start: value, end: value, step: 1 });
const all = {
  second: [{ start: 0, end: 59, step: 1 }],
  minute: [{ start: 0, end: 59, step: 1 }],
  hour: [{ start: 0, end: 23, step: 1 }],
  dayOfMonth: [{ start: 1, end: 31, step: 1 }],
  month: [{ start: 1, end: 12, step: 1 }],
  dayOfWeek: [{ start: 0, end: 6, step: 1 }],
};

describe('parseCron', () => {
  it.each([
    ['5 fields: no second', '30 9 * * *', { ...all, second: [one(0)], minute: [one(30)], hour: [one(9)] }],
    ['6 fields: the second in front', '* * * * * *', all],
    [
      '7 fields: the year behind',
      '0 0 0 1 1 ? 2030',
      {
        second: [one(0)],
        minute: [one(0)],
        hour: [one(0)],
        dayOfMonth: [one(1)],
        month: [one(1)],
        dayOfWeek: all.dayOfWeek,
        year: [one(2030)],
      },
    ],
    ['every year', '* * * * * * *', all],
    ["years before Temporal's first", '* * * * * * 1999-2001', { ...all, year: [one(2000), one(2001)] }],
    [
      'names of any case and length',
      '* * * * JAN,sep-December Mon-fri',
      {
        ...all,
        month: [one(1), { start: 9, end: 12, step: 1 }],
        dayOfWeek: [{ start: 1, end: 5, step: 1 }],
      },
    ],
    ['a week that ends with Sunday', '* * * * * 5-7', { ...all, dayOfWeek: [one(5), one(6), one(0)] }],
    ['the same by name', '* * * * * fri-sun', { ...all, dayOfWeek: [one(5), one(6), one(0)] }],
    ['Sunday as 7', '* * * * * 7', { ...all, dayOfWeek: [one(0)] }],
    ['a macro', ' @weekly ', { ...all, second: [one(0)], minute: [one(0)], hour: [one(0)], dayOfWeek: [one(0)] }],
  ] as [string, string, object][])('reads %s', (_, text, calendar) => {
    expect(parseCron(text)).toEqual({ calendar });
  });

  it('reads lists, ranges and steps within a field', () => {
    const { calendar } = parseCron('5,10-20/5,50/3 * * * *') as { calendar: { minute: readonly CronRange[] } };
    expect(calendar.minute).toEqual([one(5), { start: 10, end: 20, step: 5 }, { start: 50, end: 59, step: 3 }]);
  });

  it.each([
    ['@every 1h30m', 5_400_000],
    ['@every 90 seconds', 90_000],
    ['@every 1d', 86_400_000],
  ])('reads %s', (text, everyMs) => expect(parseCron(text)).toEqual({ everyMs }));

  it.each([
    ['', 1, 'must not be empty'],
    ['* * * *', 1, 'this one has 4'],
    ['* * * * * * * *', 1, 'this one has 8'],
    ['60 * * * *', 1, 'The minute must be from 0 to 59, not 60'],
    ['60 * * * * *', 1, 'The second must be from 0 to 59, not 60'],
    ['* 24 * * *', 3, 'The hour must be from 0 to 23, not 24'],
    ['* * 0 * *', 5, 'The day of month must be from 1 to 31, not 0'],
    ['* * * 13 *', 7, 'The month must be from 1 to 12, not 13'],
    ['* * * * 8', 9, 'The day of week must be from 0 to 7, not 8'],
    ['* * * * * * 1969', 13, 'The year must be from 1970 to 3000, not 1969'],
    ['* * * * * * 1980', 13, 'No year from 2000 to 2100'],
    ['1,,2 * * * *', 3, 'not ""'],
    ['1-x * * * *', 3, 'not "x"'],
    ['30-10 * * * *', 1, 'The range "30-10" of the minute goes backwards'],
    ['*/0 * * * *', 3, 'The step of the minute must be from 1 to 60, not "0"'],
    ['1/2/3 * * * *', 1, 'more than one "/"'],
    ['? * * * *', 1, 'not "?"'],
    ['* * L * *', 5, 'no "L", "W" and "#"'],
    ['* * * * 2#1', 9, 'no "L", "W" and "#"'],
    ['0 0 31 4,6,9 *', 5, 'No month of this expression has a day 31'],
    ['-1 * * * *', 1, 'not "-1"'],
    ['1.5 * * * *', 1, 'not "1.5"'],
    ['CRON_TZ=UTC * * * * *', 1, 'belongs under "timezone"'],
    ['@every', 1, 'needs a duration'],
    ['@every soon', 8, 'needs a duration'],
    ['@every 1500ms', 8, 'whole seconds'],
    ['@every 10ms', 8, 'whole seconds'],
    ['@daily 5', 8, 'Nothing may stand behind "@daily"'],
    ['@reboot', 1, 'There is no "@reboot"'],
  ])('refuses "%s" at column %i', (text, column, message) => {
    const error = thrownBy(() => parseCron(text));
    expect(error.code).toBe('Config.Invalid');
    expect(error.message).toContain(message);
    expect(error.details['column']).toBe(column);
  });
});

function thrownBy(action: () => unknown): CompozyError {
  try {
    action();
  } catch (error) {
    if (CompozyError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('Nothing was thrown');
}
