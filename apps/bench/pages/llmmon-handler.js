const url = `ws://127.0.0.1:${new URLSearchParams(location.search).get('port')}/ws`
const monitor = new ChainMonitor('client', { url })
monitor.onStart(() => {
  window.isJoined = true
})
monitor.onToken(({ delta }) => show(delta))
