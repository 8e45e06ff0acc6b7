const url = `ws://127.0.0.1:${new URLSearchParams(location.search).get('port')}/ws`
const monitor = new ChainMonitor('client', { url })
let shown = 0
monitor.onStart(() => {
  window.isJoined = true
})
monitor.subscribe(() => {
  const { text } = monitor.getSnapshot()
  if (text.length > shown) show(text.slice(shown))
  shown = text.length
})
