/**
 * The expression cannot be evaluated with these values. `||`, `&&`, `all` and `exists` may go on without it; what is
 * left over becomes `Condition.Invalid`. The text is made only then.
 */
export class Problem extends Error {
  readonly at: number;
  readonly describe: () => ProblemText;

  constructor(at: number, describe: () => ProblemText) {
    super();
    this.name = 'Problem';
    this.at = at;
    this.describe = describe;
  }
}

export interface ProblemText {
  readonly message: string;
  readonly details?: Readonly<Record<string, string | readonly string[]>>;
}
