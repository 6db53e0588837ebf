/**
 * Evaluation would have to look into a value that may not be read here (a secret, or a value in the blob store).
 * Not a failure of the template: whoever evaluates may do so again where the value can be read.
 */
export class TemplateLateError extends Error {
  /** The value that was about to be consumed. */
  readonly value: object;

  constructor(value: object) {
    super('The template needs a value that cannot be read here');
    this.name = 'TemplateLateError';
    this.value = value;
  }
}
