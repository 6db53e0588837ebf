import type { Clock } from './clock.js';
import { layoutParts } from './layout.js';

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export function formatTime(clock: Clock, layout: string): string {
  return layoutParts(layout)
    .map(({ element, text }) => (element === '' ? text : elementText(clock, element)))
    .join('');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function elementText(clock: Clock, element: string): string {
  const { year, month, day, hour, minute, second, weekday, yearDay } = clock;
  const hour12 = hour % 12 === 0 ? 12 : hour % 12;
  switch (element) {
    case 'January':
      return MONTHS[month - 1]!;
    case 'Jan':
      return MONTHS[month - 1]!.slice(0, 3);
    case '1':
      return String(month);
    case '01':
      return two(month);
    case 'Monday':
      return WEEKDAYS[weekday]!;
    case 'Mon':
      return WEEKDAYS[weekday]!.slice(0, 3);
    case '2':
      return String(day);
    case '_2':
      return String(day).padStart(2);
    case '02':
      return two(day);
    case '002':
      return String(yearDay).padStart(3, '0');
    case '__2':
      return String(yearDay).padStart(3);
    case '15':
      return two(hour);
    case '3':
      return String(hour12);
    case '03':
      return two(hour12);
    case '4':
      return String(minute);
    case '04':
      return two(minute);
    case '5':
      return String(second);
    case '05':
      return two(second);
    case '2006':
      return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0');
    case '06':
      return two(Math.max(0, year) % 100);
    case 'PM':
      return hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return hour >= 12 ? 'pm' : 'am';
    case 'MST':
      return clock.abbreviation === '' ? offsetText(clock.offset, '-0700') : clock.abbreviation;
    default:
      return element.startsWith('.') || element.startsWith(',')
        ? fraction(clock.nanos, element)
        : offsetText(clock.offset, element);
  }
}

function offsetText(offset: number, element: string): string {
  if (element.startsWith('Z') && offset === 0) return 'Z';
  const size = Math.abs(offset);
  // Go drops the seconds before it looks at the sign.
  const sign = offset < 0 && (size >= 60 || element.length > 7) ? '-' : '+';
  const parts = [two(Math.floor(size / 3600))];
  const shape = element.slice(1);
  if (shape.length > 2) parts.push(two(Math.floor(size / 60) % 60));
  if (shape.length > 5) parts.push(two(size % 60));
  return sign + parts.join(shape.includes(':') ? ':' : '');
}

function fraction(nanos: number, element: string): string {
  const digits = String(nanos)
    .padStart(9, '0')
    .padEnd(element.length - 1, '0')
    .slice(0, element.length - 1);
  if (element[1] === '0') return element[0] + digits;
  const short = digits.replace(/0+$/, '');
  return short === '' ? '' : element[0] + short;
}
