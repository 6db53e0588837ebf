import { cities } from './cities.ts';

/** Ranges of record numbers, not records: `"0-199"`. What passes between tasks stays small, however large the data. */
export function split({ range_size }: { range_size: number }): { records: number; ranges: string[] } {
  const ranges: string[] = [];
  for (let first = 0; first < cities.length; first += range_size) {
    ranges.push(`${first}-${Math.min(first + range_size, cities.length) - 1}`);
  }
  return { records: cities.length, ranges };
}
