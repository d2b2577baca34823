/**
 * The headers of the dashboard's own files, by name in lower case.
 *
 * @param signInOrigins that the app may talk to besides its own
 */
export declare function dashboardHeaders(signInOrigins: readonly string[]): Record<string, string>;
