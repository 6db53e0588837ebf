/** What stands between `%` and the verb. */
export interface Directive {
  plus: boolean;
  minus: boolean;
  sharp: boolean;
  /** `%#v`: Go syntax. */
  goSyntax: boolean;
  space: boolean;
  zero: boolean;
  width: number | undefined;
  precision: number | undefined;
  verb: string;
}
