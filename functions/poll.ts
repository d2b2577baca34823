import middy from '@middy/core';

export const handler = middy(async () => ({ tasksTable: process.env.TASKS_TABLE }));
