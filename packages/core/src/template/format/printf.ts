import type { Run } from '../run.js';
import type { Value } from '../value.js';

export function formatted(_run: Run, format: string, _values: readonly Value[]): string {
  return format;
}
