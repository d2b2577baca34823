/** What the API answers; api/openapi.yml describes it. */
export const ROUTES = [
  '/tasks',
  '/tasks/{taskId}',
  '/tasks/{taskId}/history',
  '/tasks/{taskId}/series',
  '/history',
  '/export',
  '/audit/{taskId}',
  '/health',
];
/** Those that a reader may call. */
export const READER_ROUTES = ROUTES.filter((path) => path !== '/export');
