import { expect, it } from 'vitest';
import { auditSharing } from '../../../../local/demo/sharing.ts';

it.each([
  [undefined, 0, []],
  [undefined, 3, []],
  [2, 1, []],
  [2, 0, ['workers shared no poll: none had more looks than 2']],
])('holds polls against what was to be shared: above %s, %i shared', (above, shared, problems) => {
  expect(auditSharing(above, shared)).toEqual(problems);
});
