import { readPagerDutyConfig } from '../lib/alerts/config.ts';
import { createPagerDutyNotifier } from '../lib/compose-notifier.ts';
import { alerts } from '../rules.yml';
import { notifierHandler } from './notifier-handler.ts';

/** Invoked by its queue, with events of the bus: tells PagerDuty. */
export const handler = notifierHandler((surroundings) =>
  createPagerDutyNotifier(readPagerDutyConfig(process.env), alerts, surroundings),
);
