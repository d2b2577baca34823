import { readSlackConfig } from '../lib/alerts/config.ts';
import { createSlackNotifier } from '../lib/compose-notifier.ts';
import { alerts } from '../rules.yml';
import { notifierHandler } from './notifier-handler.ts';

/** Invoked by its queue, with events of the bus: tells Slack. */
export const handler = notifierHandler((surroundings) =>
  createSlackNotifier(readSlackConfig(process.env), alerts, surroundings),
);
