import { describe, expect, it } from 'vitest';
import { consoleLinkOf, dashboardLinkOf } from '../../../../lib/alerts/links.ts';

const taskId = 'Ct8GfV21mQeX';

describe('the link to the dashboard', () => {
  it.each([
    [{}, taskId, undefined],
    [{ dashboardUrl: 'https://ota.example.com' }, taskId, 'https://ota.example.com/tasks/Ct8GfV21mQeX'],
    [{ dashboardUrl: 'https://example.com/ota' }, 'a/b?c#d', 'https://example.com/ota/tasks/a%2Fb%3Fc%23d'],
    [{ dashboardUrl: 'https://example.com' }, 'half\ud83d', 'https://example.com/tasks/half%EF%BF%BD'],
  ])('of %j for %j', (links, id, url) => {
    expect(dashboardLinkOf(links, id)).toBe(url);
  });
});

describe('the link to the console of AWS', () => {
  it.each([
    ['eu-west-1', 'https://console.aws.amazon.com/iot/home?region=eu-west-1'],
    ['cn-north-1', 'https://console.amazonaws.cn/iot/home?region=cn-north-1'],
    ['us-gov-west-1', 'https://console.amazonaws-us-gov.com/iot/home?region=us-gov-west-1'],
    ['x&y=z', 'https://console.aws.amazon.com/iot/home?region=x%26y%3Dz'],
  ])('is the start page of AWS IoT in %s', (region, url) => {
    expect(consoleLinkOf({}, { region, taskId })).toBe(url);
  });

  it('is the start page without a region where that is unknown', () => {
    expect(consoleLinkOf({}, { taskId })).toBe('https://console.aws.amazon.com/iot/home');
  });

  const consoleUrl = 'https://{region}.console.example/{region}/tasks/{taskId}?id={taskId}';

  it.each([
    [
      { region: 'eu-west-1', taskId },
      'https://eu-west-1.console.example/eu-west-1/tasks/Ct8GfV21mQeX?id=Ct8GfV21mQeX',
    ],
    [
      { region: 'eu-west-1', taskId: '{region}/$&' },
      'https://eu-west-1.console.example/eu-west-1/tasks/%7Bregion%7D%2F%24%26?id=%7Bregion%7D%2F%24%26',
    ],
    [{ taskId }, 'https://console.aws.amazon.com/iot/home'],
  ])('is what the setting says, filled in for %j', (task, url) => {
    expect(consoleLinkOf({ consoleUrl }, task)).toBe(url);
  });

  it('needs no region for a setting that names none', () => {
    expect(consoleLinkOf({ consoleUrl: 'https://example.com/{taskId}' }, { taskId })).toBe(
      'https://example.com/Ct8GfV21mQeX',
    );
  });
});
