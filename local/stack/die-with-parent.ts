// Preloaded into child processes that lead a process group: they end, with what they started, when their parent is gone,
// however it went. A parent that is killed cannot end them itself.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.once('disconnect', () => {
    process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL');
  });
  // A listener alone would keep the process from ending by itself.
  process.channel?.unref();
}
