/** A request that Slack refuses, by its own word for it. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  readonly error: string;
  /** What is wrong in detail, as `response_metadata.messages` tells. */
  readonly problems: readonly string[];
  /** Given where the request came too soon. */
  readonly retryAfterSeconds?: number;

  constructor(error: string, problems: readonly string[] = [], retryAfterSeconds?: number) {
    super(error);
    this.error = error;
    this.problems = problems;
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }
}
