/** The digits of a finite float64, exactly: value = 0.d1d2d3… × 10^exponent. */
export interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

export function exactDecimal(value: number): Decimal {
  const { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0n) return { digits: '', exponent: 0 };
  // m × 2^e is m × 5^-e × 10^e for a negative e.
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const digits = whole.toString();
  return { digits: digits.replace(/0+$/, ''), exponent: digits.length + Math.min(exponent, 0) };
}

/** The shortest digits that read back as the same float64. */
export function shortestDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', exponent: 0 };
  const [mantissa, exponent] = Math.abs(value).toExponential().split('e') as [string, string];
  return { digits: mantissa.replace('.', '').replace(/0+$/, ''), exponent: Number(exponent) + 1 };
}

/** Cut to `count` digits, halves to even. */
export function roundedTo({ digits, exponent }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, exponent };
  if (count < 0) return { digits: '', exponent: 0 };
  const kept = digits.slice(0, count);
  const next = digits[count]!;
  const exactHalf = next === '5' && digits.length === count + 1;
  const up = exactHalf ? count > 0 && Number(kept.at(-1)) % 2 === 1 : next >= '5';
  if (!up) return { digits: kept.replace(/0+$/, ''), exponent };
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString();
  const carried = raised.length > count ? 1 : 0;
  return { digits: raised.padStart(count, '0').replace(/0+$/, ''), exponent: exponent + carried };
}

const bits = new DataView(new ArrayBuffer(8));

/** |value| as mantissa × 2^exponent. */
export function binaryParts(value: number): { mantissa: bigint; exponent: number } {
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}
