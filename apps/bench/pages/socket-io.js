const port = new URLSearchParams(location.search).get('port')
const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], query: { run: 'client' } })
socket.on('joined', () => {
  window.isJoined = true
})
socket.on('custom', ({ data }) => show(data))
