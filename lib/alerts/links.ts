/** Where alerts lead. */
export interface Links {
  /** Of the dashboard, without a slash at the end; left out where there is none. */
  readonly dashboardUrl?: string;
  /** Of the console of a task; `{region}` and `{taskId}` stand for those of the task. Left out: the start page of AWS IoT. */
  readonly consoleUrl?: string;
}

/** What a link needs to know of a task. Its region is not always known. */
interface LinkedTask {
  readonly region?: string;
  readonly taskId: string;
}

/** The page of a task in the dashboard, where there is one. */
export function dashboardLinkOf({ dashboardUrl }: Links, taskId: string): string | undefined {
  return dashboardUrl === undefined ? undefined : `${dashboardUrl}/tasks/${encoded(taskId)}`;
}

/**
 * The console of AWS for a task. The managed integrations have no address of their own for a task in it that is documented, so
 * without a setting it is the start page of AWS IoT in the task's region, in the partition of that region.
 */
export function consoleLinkOf({ consoleUrl }: Links, { region, taskId }: LinkedTask): string {
  if (consoleUrl === undefined) return startPageOf(region);
  if (region === undefined && consoleUrl.includes('{region}')) return startPageOf(region);
  return consoleUrl
    .replaceAll('{region}', () => encoded(region ?? ''))
    .replaceAll('{taskId}', () => encoded(taskId));
}

function startPageOf(region: string | undefined): string {
  if (region === undefined) return 'https://console.aws.amazon.com/iot/home';
  return `https://${consoleHostOf(region)}/iot/home?region=${encoded(region)}`;
}

function consoleHostOf(region: string): string {
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  if (region.startsWith('us-gov-')) return 'console.amazonaws-us-gov.com';
  return 'console.aws.amazon.com';
}

/** Half a surrogate pair has no encoding: it would throw. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
