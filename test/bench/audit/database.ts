// An embedded database in a process of its own, as `npm start` has it. Tells its parent the URL and, when asked, how many
// microseconds of a processor it has taken; ends with its parent.
import { startDatabase } from '../../../local/database/database.ts';

const { url } = await startDatabase();
process.on('disconnect', () => process.exit(0));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.(url);
