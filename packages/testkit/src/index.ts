export { arbitraryRun } from './arbitrary-run.js'
export { type Listening, listen } from './listen.js'
export { type RawFrame, type RawViewer, rawViewer } from './raw-viewer.js'
export { type TcpProxy, tcpProxy } from './tcp-proxy.js'
