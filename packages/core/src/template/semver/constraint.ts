import { ArgumentError } from '../template-error.js';
import { parseVersion, type Version } from './version.js';

interface Condition {
  readonly operator: string;
  readonly version: Version;
  /** Parts that were left out or are wildcards. */
  readonly minorIsAny: boolean;
  readonly patchIsAny: boolean;
  readonly anything: boolean;
}

const PART = '([0-9]+|[xX*])';
const VERSION = `v?${PART}(?:\\.${PART})?(?:\\.${PART})?(-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?`;
const CONDITION = new RegExp(`^\\s*(=<|=>|>=|<=|!=|~>|=|>|<|~|\\^)?\\s*(${VERSION})\\s*`);
const RANGE = new RegExp(`\\s*(${VERSION})\\s+-\\s+(${VERSION})\\s*`, 'g');
const MAX_LENGTH = 1_000;

/** Whether a version meets a constraint such as `>=1.2 <2 || ^3.1`. @throws ArgumentError for a wrong constraint. */
export function meets(version: Version, constraint: string): boolean {
  if (constraint.length > MAX_LENGTH) throw new ArgumentError('the constraint is too long');
  const alternatives = constraint
    .replace(RANGE, (_all, ...groups: (string | undefined)[]) => `>=${groups[0]}, <=${groups[5]} `)
    .split('||')
    .map((part) => conditions(part, constraint));
  return alternatives.some((all) => all.every((rule) => holds(version, rule)));
}

function conditions(text: string, constraint: string): readonly Condition[] {
  const found: Condition[] = [];
  let rest = text;
  do {
    const match = CONDITION.exec(rest);
    if (match === null) throw new ArgumentError(`"${constraint}" is no constraint for versions`);
    found.push(conditionOf(match));
    rest = rest.slice(match[0].length);
    if (rest.startsWith(',')) rest = rest.slice(1);
    else if (rest !== '' && !/\s$/.test(match[0]) && !/^[<>=!~^]/.test(rest)) {
      throw new ArgumentError(`"${constraint}" is no constraint for versions`);
    }
  } while (rest.trim() !== '');
  return found;
}

function conditionOf([, operator = '', , major, minor, patch, prerelease = '']: readonly (
  | string
  | undefined
)[]): Condition {
  const anything = isAny(major);
  const minorIsAny = isAny(minor);
  const patchIsAny = minorIsAny || isAny(patch);
  const numbers = anything ? '0.0.0' : [major, minorIsAny ? '0' : minor, patchIsAny ? '0' : patch].join('.');
  const version = parseVersion(numbers + prerelease);
  // Compared with a wildcard, what counts is 0.0.0.
  return { operator, version, minorIsAny: !anything && minorIsAny, patchIsAny: !anything && patchIsAny, anything };
}

function isAny(part: string | undefined): boolean {
  return part === undefined || part === 'x' || part === 'X' || part === '*';
}

function holds(version: Version, rule: Condition): boolean {
  const { version: wanted, operator } = rule;
  // Prereleases are looked at only when the constraint names one.
  if (version.prerelease !== '' && wanted.prerelease === '') {
    return operator === '!=' && !rule.patchIsAny && !rule.anything;
  }
  const order = version.compare(wanted);
  switch (operator) {
    case '!=':
      if (rule.patchIsAny) return !inTilde(version, rule);
      return order !== 0;
    case '>':
      if (!rule.patchIsAny) return order > 0;
      if (version.major !== wanted.major) return version.major > wanted.major;
      if (rule.minorIsAny) return false;
      return version.minor > wanted.minor;
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      if (!rule.patchIsAny) return order <= 0;
      if (version.major !== wanted.major) return version.major < wanted.major;
      return rule.minorIsAny || version.minor <= wanted.minor;
    case '~':
    case '~>':
      return inTilde(version, rule);
    case '^':
      return inCaret(version, rule);
    default:
      return rule.anything || rule.patchIsAny ? inTilde(version, rule) : order === 0;
  }
}

function inTilde(version: Version, { version: wanted, minorIsAny, anything }: Condition): boolean {
  if (anything) return true;
  if (version.compare(wanted) < 0 || version.major !== wanted.major) return false;
  return minorIsAny || version.minor === wanted.minor;
}

function inCaret(version: Version, { version: wanted, minorIsAny, patchIsAny }: Condition): boolean {
  if (version.compare(wanted) < 0) return false;
  if (wanted.major > 0n || minorIsAny) return version.major === wanted.major;
  if (version.major > 0n) return false;
  if (wanted.minor > 0n || patchIsAny) return version.minor === wanted.minor;
  return version.minor === 0n && version.patch === wanted.patch;
}
