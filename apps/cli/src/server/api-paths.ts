/** Paths below `/api/v0`. An id may hold anything, a slash too. */
export const executionPath = (execId: string) => `/executions/workflows/${encodeURIComponent(execId)}`;
export const workflowPath = (workflowId: string) => `/workflows/${encodeURIComponent(workflowId)}`;
export const taskPath = (taskId: string) => `/tasks/${encodeURIComponent(taskId)}`;
export const eventPath = (eventId: string) => `/events/${encodeURIComponent(eventId)}`;
export const deadLetterPath = (id: string) => `/dead-letters/${encodeURIComponent(id)}`;
export const schedulePath = (workflowId: string) => `/schedules/${encodeURIComponent(workflowId)}`;
