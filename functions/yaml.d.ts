/** The bundler takes in what the file says: see infra/bundle/rule-file.js. */
declare module '*/rules.yml' {
  /** Those built in, and those of the file. */
  export const rules: import('../lib/domain/rules/rule-set.ts').RuleSet;
  export const alerts: import('../lib/domain/alerts/routing.ts').AlertSettings;
}

/** The bundler takes in other YAML files as text. */
declare module '*/openapi.yml' {
  const text: string;
  export default text;
}
