/** A template that cannot be read or resolved; `at` is the place, e.g. `Resources.Bus.Properties.Name`. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly at: string;

  constructor(at: string, reason: string, options?: ErrorOptions) {
    super(`${at}: ${reason}`, options);
    this.at = at;
  }
}
