import type { Json } from '../model/json.js';

export interface TemplateLimits {
  /** Actions, iterations, calls and the work inside functions. Default 1,000,000. */
  readonly maxSteps?: number;
  /** UTF-8 bytes of the rendered text, and of each text made on the way. Default 1 MiB. */
  readonly maxOutputBytes?: number;
  /** Nested template calls. Default 100. */
  readonly maxDepth?: number;
}

/** Steps that several evaluations share; each takes from `left` what it spends. */
export interface StepMeter {
  readonly limit: number;
  left: number;
}

/** What a template may know of the run it belongs to. */
export interface TemplateHost {
  /** The run's clock, in milliseconds. */
  now(): number;
  /** The next number in [0, 1) of the run's seed. */
  random(): number;
  readonly limits?: TemplateLimits;
  /** Bounds what is evaluated in one go, beside the limits of each template. */
  readonly meter?: StepMeter;
  /** `empty`: a path that leads nowhere gives an empty text instead of failing. */
  readonly missing?: 'empty';
  /** True for a value that may be passed on but not looked into. */
  readonly isOpaque?: (value: object) => boolean;
  /** A part of an opaque value that may be read after all. */
  resolveOpaque?(value: object, key: string): Json | undefined;
}

export const DEFAULT_LIMITS = { maxSteps: 1_000_000, maxOutputBytes: 1024 * 1024, maxDepth: 100 } as const;
