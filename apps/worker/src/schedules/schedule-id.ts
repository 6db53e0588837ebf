/**
 * `schedule-<project>-<workflow>`. A hyphen in the name of the project is escaped, so that the first one after it ends
 * the name: workflow `b-c` of project `a` and workflow `c` of project `a-b` are two schedules.
 */
export function scheduleId(project: string, workflowId: string): string {
  return `schedule-${encodeURIComponent(project).replaceAll('-', '%2D')}-${workflowId}`;
}
