import { ArgumentError } from '../template-error.js';
import { Boxed, toInt, type Value } from '../value.js';

type Part = number | bigint;

const PATTERN =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/** A semantic version; minor and patch may be left out. */
export class Version extends Boxed {
  override readonly type = '*semver.Version';
  override readonly kind = 'ptr';
  readonly original: string;
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;

  constructor(original: string, numbers: readonly [bigint, bigint, bigint], prerelease: string, metadata: string) {
    super();
    this.original = original;
    [this.major, this.minor, this.patch] = numbers;
    this.prerelease = prerelease;
    this.metadata = metadata;
  }

  override toText(): string {
    const suffix = `${this.prerelease === '' ? '' : `-${this.prerelease}`}${this.metadata === '' ? '' : `+${this.metadata}`}`;
    return `${this.major}.${this.minor}.${this.patch}${suffix}`;
  }

  override toJsonText(): string {
    return JSON.stringify(this.toText());
  }

  override isTrue(): boolean {
    return true;
  }

  override equals(other: Boxed): boolean {
    return other instanceof Version && other.original === this.original && other.toText() === this.toText();
  }

  override isSame(other: Boxed): boolean {
    return this === other;
  }

  override member(name: string, args: readonly Value[] = []): Value | undefined {
    const [other] = args;
    switch (name) {
      case 'Major':
        return toInt(this.major, 'uint64');
      case 'Minor':
        return toInt(this.minor, 'uint64');
      case 'Patch':
        return toInt(this.patch, 'uint64');
      case 'Prerelease':
        return this.prerelease;
      case 'Metadata':
        return this.metadata;
      case 'Original':
        return this.original;
      case 'String':
        return this.toText();
      case 'Compare':
        return other instanceof Version ? this.compare(other) : undefined;
      case 'LessThan':
        return other instanceof Version ? this.compare(other) < 0 : undefined;
      case 'GreaterThan':
        return other instanceof Version ? this.compare(other) > 0 : undefined;
      case 'Equal':
        return other instanceof Version ? this.compare(other) === 0 : undefined;
      case 'IncMajor':
        return this.next([this.major + 1n, 0n, 0n]);
      case 'IncMinor':
        return this.next([this.major, this.minor + 1n, 0n]);
      case 'IncPatch':
        return this.next([this.major, this.minor, this.prerelease === '' ? this.patch + 1n : this.patch]);
      default:
        return undefined;
    }
  }

  /** Metadata does not count. */
  compare(other: Version): -1 | 0 | 1 {
    return (
      order(this.major, other.major) ||
      order(this.minor, other.minor) ||
      order(this.patch, other.patch) ||
      comparePrerelease(this.prerelease, other.prerelease)
    );
  }

  private next(numbers: readonly [bigint, bigint, bigint]): Version {
    return new Version(`${this.original.startsWith('v') ? 'v' : ''}${numbers.join('.')}`, numbers, '', '');
  }
}

/** @throws ArgumentError */
export function parseVersion(text: string): Version {
  const match = PATTERN.exec(text);
  if (match === null) throw new ArgumentError(`"${text}" is no semantic version`);
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match;
  for (const part of prerelease.split('.')) {
    if (/^0\d+$/.test(part)) throw new ArgumentError(`"${text}" is no semantic version: a number starts with 0`);
  }
  const numbers = [BigInt(major), BigInt(minor), BigInt(patch)] as const;
  if (numbers.some((number) => BigInt.asUintN(64, number) !== number)) {
    throw new ArgumentError(`"${text}" is no semantic version: a number is too large`);
  }
  return new Version(text, numbers, prerelease, metadata);
}

function order(a: Part, b: Part): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A version without prerelease comes after those with one; numbers come before names. */
function comparePrerelease(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const [x, y] = [left[i], right[i]];
    if (x === y) continue;
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    const [xNumber, yNumber] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (xNumber && yNumber) return order(BigInt(x), BigInt(y));
    if (xNumber !== yNumber) return xNumber ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}
