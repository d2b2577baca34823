// An embedded database in a process of its own, as `npm start` has it. Tells its parent the URL, and ends with it.
import { startDatabase } from '../../../local/database/database.ts';

const { url } = await startDatabase();
process.on('disconnect', () => process.exit(0));
process.send?.(url);
