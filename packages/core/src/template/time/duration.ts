const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const LIMIT = 2n ** 63n;

/** Nanoseconds of a Go duration such as `1h30m`, `-1.5h`; undefined for a wrong one. */
export function parseDuration(text: string): bigint | undefined {
  if (text.length > 200) return undefined;
  const negative = text.startsWith('-');
  const rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0n;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)[a-z\u00b5\u03bc]+)+$/.test(rest)) return undefined;
  let total = 0n;
  for (const [, whole, fraction = '', unit] of rest.matchAll(/(\d*)\.?(\d*)([a-z\u00b5\u03bc]+)/g)) {
    const size = UNITS[unit!];
    if (size === undefined) return undefined;
    total += BigInt(whole === '' ? '0' : whole!) * size;
    if (fraction !== '') total += (BigInt(fraction.slice(0, 18)) * size) / 10n ** BigInt(Math.min(18, fraction.length));
    if (total > LIMIT) return undefined;
  }
  if (negative) return -total;
  return total === LIMIT ? undefined : total;
}

/** As Go's Duration.String: `1h30m0s`, `1.5s`, `20ms`. */
export function durationText(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${scaled(size, 3)}\u00b5s`;
  if (size < 1_000_000_000n) return `${sign}${scaled(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${scaled(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return `${sign}${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}`;
}

function scaled(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  const whole = digits.slice(0, -places);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
