const socket = new WebSocket(`ws://127.0.0.1:${new URLSearchParams(location.search).get('port')}/client`)
socket.onmessage = ({ data }) => {
  if (data === 'joined') window.isJoined = true
  else show(JSON.parse(data).data)
}
