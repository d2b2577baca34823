/** The bundler takes in YAML files as text. */
declare module '*.yml' {
  const text: string;
  export default text;
}
