/** A policy that has something the evaluator does not know: it says so rather than guess what IAM would do. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
