import type { Fault } from '../../../local/simulator/simulator.ts';
import type { World } from '../../support/world.ts';

/** What a task has that is nobody's business: each word has "canary" in it. */
const members = {
  Tags: { 'canary-tag-key': 'canary-tag' },
  S3Url: 's3://canary-bucket/firmware.bin',
  Target: ['canary-target'],
  OtaTargetQueryString: 'canary-query',
  TaskProcessingDetails: { numberOfQueuedThings: 3, processingTargets: ['canary-processing'] },
};

/** The same, in an answer that breaks off. */
const cutOff = JSON.stringify({ TaskId: 't', Name: 'canary-name', ...members }).slice(0, -1);

const answer = (code: number, body: string): Fault => ({ kind: 'status', code, body });
const refusal = (__type: string) => answer(400, JSON.stringify({ __type, Message: `Invalid: ${cutOff}` }));

/** Tasks and configurations that the service answers for like this. */
const ANSWERS: Readonly<Record<string, Fault>> = {
  'cut-off': answer(200, cutOff),
  'no-json': answer(200, `<html>${cutOff}</html>`),
  'no-object': answer(200, JSON.stringify([members])),
  'not-valid': refusal('ValidationException'),
  'not-known': refusal('NewException'),
  failing: answer(500, cutOff),
  'config-cut-off': answer(200, cutOff),
  'config-not-valid': refusal('ValidationException'),
};

/** Tasks with members in a form that the service does not have. */
const MALFORMED: Readonly<Record<string, object>> = {
  'odd-details': { ...members, TaskProcessingDetails: 'canary-processing' },
  'odd-status': { ...members, Status: { 'canary-status': 1 } },
  'odd-tag': { ...members, Tags: { 'canary-tag-key': { 'canary-tag': 1 } } },
  'odd-tags': { ...members, Tags: ['canary-tag'] },
};

/** Puts tasks and configurations with secrets into an account: such that can be read but are odd, and such that cannot. */
export function plantSecrets(world: World): {
  unreadableTasks: string[];
  unreadableConfigurations: string[];
  oddTasks: string[];
} {
  const { account, faults } = world.simulator;
  faults.on = ({ identifier = '' }) => ANSWERS[identifier];
  const configurations = Object.keys(ANSWERS).filter((id) => id.startsWith('config-'));
  const PushConfig = 'canary-push';
  account.putConfiguration({ TaskConfigurationId: 'config-odd', Name: 'canary-name', PushConfig });
  account.putConfiguration({ TaskConfigurationId: 'whole', Name: 'canary-name' });
  const oddTasks = [...configurations, 'config-odd', 'whole'].map((configurationId) => {
    const taskId = `with-${configurationId}`;
    world.task(taskId, {}, { configurationId, members });
    return taskId;
  });
  for (const id of Object.keys(ANSWERS)) world.task(id, {}, { members });
  for (const [id, odd] of Object.entries(MALFORMED)) world.task(id, {}, { members: { ...odd } });
  return {
    unreadableTasks: [...Object.keys(ANSWERS), ...Object.keys(MALFORMED)].sort(),
    unreadableConfigurations: [...configurations, 'config-odd'].sort(),
    oddTasks,
  };
}

/** Lets the list of tasks be answered with secrets that cannot be read. */
export function garbleList({ simulator: { faults } }: World): void {
  const { on } = faults;
  faults.on = (request) => (request.operation === 'ListOtaTasks' ? answer(200, cutOff) : on?.(request));
}
