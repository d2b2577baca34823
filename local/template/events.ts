import { z } from 'zod';
import type { JsonObject } from './json.ts';
import { type Target, targetProperties, targetReader } from './targets.ts';
import type { Template } from './template.ts';

export interface BusDefinition {
  readonly logicalId: string;
  readonly name: string;
}

/** A rule that matches events. */
export interface EventRule {
  readonly logicalId: string;
  readonly name: string;
  readonly busName: string;
  readonly enabled: boolean;
  readonly pattern: JsonObject;
  readonly targets: readonly Target[];
}

export interface ScheduleDefinition {
  readonly logicalId: string;
  readonly name: string;
  /** As in the template: `rate(1 minute)`, `cron(…)` or `at(…)`. */
  readonly expression: string;
  readonly timezone: string | undefined;
  readonly enabled: boolean;
  readonly target: Target;
}

const ruleProperties = z.object({
  EventBusName: z.string().default('default').transform(busNameOf),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z.array(targetProperties).default([]),
});

const scheduleProperties = z.object({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().optional(),
  State: z.string().default('ENABLED'),
  Target: targetProperties,
});

/** The name of a bus that is given by name or by ARN. */
export function busNameOf(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^/]*:event-bus\//, '');
}

/** The template's own event buses; every account also has one named `default`. */
export function busesOf(template: Template): readonly BusDefinition[] {
  return template
    .resourcesOf('AWS::Events::EventBus', z.object({}))
    .map(({ logicalId, name }) => ({ logicalId, name }));
}

/** The template's rules that have an event pattern. */
export function rulesOf(template: Template): readonly EventRule[] {
  const read = targetReader(template);
  return template
    .resourcesOf('AWS::Events::Rule', ruleProperties)
    .flatMap(({ logicalId, name, properties: { EventBusName, EventPattern, State, Targets } }) => {
      if (!EventPattern) return [];
      const targets = Targets.map((target, index) => read(target, targetPlace(logicalId, index)));
      const enabled = State !== 'DISABLED';
      return [{ logicalId, name, busName: EventBusName, enabled, pattern: EventPattern, targets }];
    });
}

/** The template's schedules: EventBridge Scheduler's, and one for each target of a rule that has a schedule. */
export function schedulesOf(template: Template): readonly ScheduleDefinition[] {
  const read = targetReader(template);
  const schedules = template
    .resourcesOf('AWS::Scheduler::Schedule', scheduleProperties)
    .map(({ logicalId, name, properties }) => ({
      logicalId,
      name,
      expression: properties.ScheduleExpression,
      timezone: properties.ScheduleExpressionTimezone,
      enabled: properties.State !== 'DISABLED',
      target: read(properties.Target, `Resources.${logicalId}.Properties.Target`),
    }));
  const scheduledRules = template
    .resourcesOf('AWS::Events::Rule', ruleProperties)
    .flatMap(({ logicalId, name, properties: { ScheduleExpression, State, Targets } }) =>
      ScheduleExpression === undefined
        ? []
        : Targets.map((target, index) => ({
            logicalId,
            name,
            expression: ScheduleExpression,
            timezone: undefined,
            enabled: State !== 'DISABLED',
            target: read(target, targetPlace(logicalId, index)),
          })),
    );
  return [...schedules, ...scheduledRules];
}

function targetPlace(logicalId: string, index: number): string {
  return `Resources.${logicalId}.Properties.Targets[${index}]`;
}
