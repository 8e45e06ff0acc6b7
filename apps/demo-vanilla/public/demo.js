// The page of the demo: one script tag, no framework, no build. Everything a chain says is shown as text, never as markup.
const $ = (id) => document.getElementById(id)
const marks = { running: '●', completed: '✓', error: '✕', cancelled: '–', interrupted: '–' }
const words = {
  pending: 'waiting to start',
  running: 'running',
  completed: 'completed',
  error: 'failed',
  cancelled: 'stopped',
}
const connections = {
  idle: 'not connected',
  connecting: 'connecting …',
  open: 'live',
  refused: 'refused',
  closed: 'closed',
}

let monitor
let clock
let chosen = { name: '', body: '' }

setUpDocument().catch((error) => showRefusal(`The page could not be set up: ${error.message}`))
const runId = new URL(location.href).searchParams.get('run')
if (runId) watch(runId)
addEventListener('popstate', () => location.reload())

async function setUpDocument() {
  const { author, samples } = await (await fetch('api/info')).json()
  $('author').textContent = author.connected
    ? `Written by ${author.name}.`
    : `No LLM is connected: the summary is made of the document’s own best sentences (${author.name}). Set OPENAI_BASE_URL and OPENAI_API_KEY and start again to have it written by a model.`
  for (const { id, title, size } of samples) {
    const button = element('button', title)
    button.type = 'button'
    button.dataset.sample = title
    button.append(' ', element('small', size))
    button.addEventListener('click', async () => readFile(await (await fetch(`texts/${id}`)).blob(), title))
    $('samples').append(button)
  }
  $('text').addEventListener('input', () => choose('', $('text').value, $('text').value))
  $('file').addEventListener('change', () => readFile($('file').files[0]))
  $('drop').addEventListener('dragover', (event) => {
    event.preventDefault()
    $('drop').classList.add('over')
  })
  $('drop').addEventListener('dragleave', () => $('drop').classList.remove('over'))
  $('drop').addEventListener('drop', (event) => {
    event.preventDefault()
    $('drop').classList.remove('over')
    readFile(event.dataTransfer.files[0])
  })
  $('start').addEventListener('click', start)
  $('stop').addEventListener('click', stop)
}

function readFile(file, name = file?.name) {
  file?.text().then(
    // What is no text is sent as it is: the chain says what is wrong with it.
    (text) => choose(name, file, text.includes('\0') ? '' : text),
    (error) => showRefusal(`${name} could not be read: ${error.message}`),
  )
}

function showRefusal(message) {
  $('refusal').textContent = message
  $('refusal').hidden = false
}

function choose(name, body, text) {
  chosen = { name, body }
  if ($('text').value !== text) $('text').value = text
  for (const button of $('samples').querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button.dataset.sample === name))
  }
  const size =
    typeof body === 'string' ? `${body.length.toLocaleString('en')} characters` : `${Math.ceil(body.size / 1024)} kB`
  $('size').textContent = name === '' ? (text === '' ? '' : size) : `${name}, ${size}`
  $('refusal').hidden = true
}

async function start() {
  $('start').disabled = true
  try {
    const response = await fetch(`api/runs?title=${encodeURIComponent(chosen.name)}`, {
      method: 'POST',
      body: chosen.body,
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(answer.error)
    history.pushState(null, '', `?run=${encodeURIComponent(answer.runId)}`)
    watch(answer.runId)
  } catch (error) {
    showRefusal(error.message)
  } finally {
    $('start').disabled = false
  }
}

async function stop() {
  $('stop').disabled = true
  $('stop').textContent = 'Stopping …'
  try {
    await monitor.cancel('stopped on the page')
  } catch (error) {
    $('error').textContent = `It could not be stopped: ${error.message}`
    $('error').hidden = false
  }
  render()
}

function watch(id) {
  monitor?.close()
  $('run').hidden = false
  $('second-tab').href = `?run=${encodeURIComponent(id)}`
  $('run-id').textContent = id
  $('stop').textContent = 'Stop'
  try {
    monitor = new ChainMonitor(id)
  } catch (error) {
    $('error').textContent = error.message
    $('error').hidden = false
    return
  }
  monitor.subscribe(render)
  clearInterval(clock)
  clock = setInterval(renderTimes, 100)
  render()
}

function render() {
  const run = monitor.getSnapshot()
  const isOver = run.endedAt !== null
  renderConnection(run.connection, isOver)
  $('run-heading').textContent = run.metadata.title || 'Run'
  $('run-state').textContent = run.cancelling ? 'stopping' : words[run.status]
  $('stop').disabled = isOver || run.cancelling || run.status === 'pending'
  if (isOver) $('stop').textContent = 'Stop'
  $('progress').dataset.status = run.status
  $('progress').firstElementChild.style.width = `${run.progress ?? 0}%`
  if (run.progress === null) $('progress').removeAttribute('aria-valuenow')
  else $('progress').setAttribute('aria-valuenow', String(run.progress))
  $('stalled').hidden = !run.stalled || isOver
  $('error').hidden = run.error === null || run.status === 'cancelled'
  $('error').textContent = run.error?.message ?? ''
  renderSteps(run.steps)
  renderText(run)
  renderResult(run.status === 'completed' ? run.result : null)
  renderTimes()
  if (isOver) clearInterval(clock)
}

function renderConnection({ state, reason, retryAt }, isOver) {
  const shown = isOver && state !== 'refused' ? 'idle' : state
  $('connection').dataset.state = shown
  const seconds = retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - Date.now()) / 1000))
  const waiting = seconds > 0 ? `reconnecting in ${seconds} s …` : 'reconnecting …'
  const text = isOver && shown === 'idle' ? 'run over' : state === 'waiting' ? waiting : connections[state]
  $('connection').lastElementChild.textContent = text
  $('connection').title = reason ?? ''
}

function renderSteps(steps) {
  const list = $('steps')
  while (list.children.length > steps.length) list.lastElementChild.remove()
  for (const [index, step] of steps.entries()) {
    let item = list.children[index]
    if (!item) {
      item = element('li')
      item.append(
        element('span', '', 'mark'),
        element('span', '', 'name'),
        element('span', '', 'time'),
        element('span', '', 'detail'),
      )
      list.append(item)
    }
    item.dataset.status = step.status
    const [mark, name, , detail] = item.children
    mark.textContent = marks[step.status]
    name.textContent = step.attempt > 1 ? `${step.name} (try ${step.attempt})` : step.name
    detail.textContent =
      step.error?.message ?? (step.status === 'running' ? (step.message ?? '') : describe(step.result))
  }
}

// A short line about what a step found; objects show their first fields.
function describe(result) {
  if (result === null) return ''
  if (typeof result === 'string') return shorten(result)
  if (Array.isArray(result)) return shorten(result.map((item) => (typeof item === 'string' ? item : '')).join(' · '))
  if (typeof result !== 'object') return String(result)
  const fields = Object.entries(result).map(([name, value]) => {
    const words = name.replaceAll('_', ' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    if (typeof value === 'number') return `${value.toLocaleString('en')} ${words}`
    return typeof value === 'string' ? value : ''
  })
  return shorten(fields.filter((field) => field !== '').join(' · '))
}

function shorten(text) {
  return text.length > 160 ? `${text.slice(0, 159)}…` : text
}

function renderText(run) {
  const live = $('live')
  const isAtEnd = live.scrollHeight - live.scrollTop - live.clientHeight < 40
  const text = run.status === 'completed' && typeof run.result?.summary === 'string' ? run.result.summary : run.text
  // Only what is new is added: setting all of it again would cost the more the longer it gets.
  const node = live.firstChild
  if (node && text.startsWith(node.data)) node.appendData(text.slice(node.data.length))
  else live.textContent = text
  live.classList.toggle('writing', run.status === 'running' && text !== '')
  live.classList.toggle('waiting', run.endedAt === null)
  if (isAtEnd) live.scrollTop = live.scrollHeight
}

function renderResult(result) {
  const list = $('result')
  list.hidden = result === null
  if (result === null || list.dataset.run === monitor.runId) return
  list.dataset.run = monitor.runId
  list.replaceChildren()
  if (Array.isArray(result.outline) && result.outline.length > 0) {
    const points = element('ul')
    for (const point of result.outline)
      points.append(element('li', typeof point === 'string' ? point : (point.title ?? '')))
    add(list, 'Outline', points)
  }
  if (Array.isArray(result.keywords)) {
    const tags = element('div', '', 'tags')
    for (const keyword of result.keywords) tags.append(element('span', keyword))
    add(list, 'Keywords', tags)
  }
  const { words, sentences, summaryWords } = result.stats
  const figures = `${words.toLocaleString('en')} words in ${sentences.toLocaleString('en')} sentences, told in ${summaryWords}`
  add(list, 'Figures', element('span', figures))
}

function add(list, term, content) {
  const description = element('dd')
  description.append(content)
  list.append(element('dt', term), description)
}

function renderTimes() {
  const run = monitor.getSnapshot()
  if (run.connection.state === 'waiting') renderConnection(run.connection, run.endedAt !== null)
  $('run-time').textContent = run.startedAt === null ? '' : seconds(run.startedAt, run.endedAt)
  for (const [index, step] of run.steps.entries()) {
    const item = $('steps').children[index]
    if (item) item.children[2].textContent = seconds(step.startedAt, step.endedAt)
  }
}

function seconds(from, to) {
  return `${(Math.max(0, (to ?? Date.now()) - from) / 1000).toFixed(1)} s`
}

function element(name, text = '', className = '') {
  const made = document.createElement(name)
  if (text !== '') made.textContent = text
  if (className !== '') made.className = className
  return made
}
