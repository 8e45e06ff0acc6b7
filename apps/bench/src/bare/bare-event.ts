/** An event as the hand-written drivers send it, as long as one of llmmon. */
export function bareEvent(runId: string, data: string): string {
  return `{"update_type":"custom","name":"e","data":${JSON.stringify(data)},"ts":${Date.now()},"run_id":"${runId}"}`
}
