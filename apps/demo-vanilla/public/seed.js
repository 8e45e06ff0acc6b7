// As pages were written for Django LLM WebSocket Monitoring: a chain id, four callbacks.
const log = (line) => {
  document.getElementById('log').textContent += `${line}\n`
}
const monitor = new ChainMonitor(new URLSearchParams(location.search).get('chain'))
monitor.onStart((data) => log(`start ${data.status}`))
monitor.onStep((data) =>
  log(`step ${data.step_name} ${data.progress_percentage}% ${JSON.stringify(data.intermediate_result)}`),
)
monitor.onComplete((data) => log(`complete ${data.status} ${JSON.stringify(data.result)}`))
monitor.onError((data) => log(`error ${data.status} ${data.error}`))
