import type { CivilDate } from './civil.js';

/** A time as it is shown in its zone. */
export interface Clock extends CivilDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly yearDay: number;
  readonly offset: number;
  readonly abbreviation: string;
}
