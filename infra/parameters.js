/**
 * One of the values that a parameter can have.
 *
 * @throws where it has another one
 */
export async function choiceOf({ resolveVariable }, parameter, values) {
  const value = await resolveVariable(`param:${parameter}`);
  if (values.includes(value)) return value;
  return refuse(`The parameter "${parameter}" is "${value}": it can be one of ${values.join(', ')}`);
}

/** A parameter as text; empty where it is not given. */
export const textOf = async ({ resolveVariable }, parameter) =>
  String(await resolveVariable(`param:${parameter}, ''`)).trim();

/**
 * A parameter that is a whole number.
 *
 * @param otherwise what else it can be, for people
 * @throws where it is none, or out of bounds
 */
export async function numberOf(serverless, parameter, min, max, otherwise = '') {
  const text = await textOf(serverless, parameter);
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  return refuse(
    `The parameter "${parameter}" is "${text}": it can be a whole number from ${min} to ${max}${otherwise}`,
  );
}

/** What a parameter lists, separated by commas. */
export const listOf = async (serverless, parameter) =>
  (await textOf(serverless, parameter)).split(/\s*,\s*/).filter((part) => part !== '');

/** Ends packaging. The command prints the stack, which would bury what it says. */
export function refuse(problem) {
  throw Object.assign(new Error(problem), { stack: problem });
}
