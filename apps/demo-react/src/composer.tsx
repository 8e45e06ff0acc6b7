import {
  type DemoInfo,
  type Draft,
  describeDraft,
  draftOfFile,
  draftOfText,
  emptyDraft,
  readInfo,
  readSample,
  startRun,
} from '@llmmon/demo-page'
import { type DragEvent, useEffect, useState } from 'react'
import { useVisit, visit } from './use-visit.js'

/** Where a document is chosen and a run is started. */
export function Composer() {
  const [info, setInfo] = useState<DemoInfo | null>(null)
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [isStarting, setStarting] = useState(false)
  const [isOver, setOver] = useState(false)
  const wrongAddress = useVisit().refusal

  useEffect(() => {
    readInfo().then(setInfo, (error) => setRefusal(`The page could not be set up: ${error.message}`))
  }, [])

  const choose = (chosen: Draft) => {
    setDraft(chosen)
    setRefusal(null)
  }
  const take = (read: Promise<Draft>) => {
    read.then(choose, (error) => setRefusal(`It could not be read: ${error.message}`))
  }
  const takeFile = (file: File | undefined) => {
    // Nothing was chosen, or what was dropped is no file.
    if (file) take(draftOfFile(file, file.name))
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    takeFile(event.dataTransfer.files[0])
  }
  const start = async () => {
    setStarting(true)
    try {
      visit.begin(await startRun(draft), draft.name || 'Pasted text')
      setRefusal(null)
    } catch (error) {
      setRefusal((error as Error).message)
    } finally {
      setStarting(false)
    }
  }
  const problem = refusal ?? wrongAddress

  return (
    <section className="panel composer" aria-labelledby="document-heading">
      <h1 id="document-heading">Summarise a document, and watch</h1>
      <fieldset id="samples" className="samples">
        <legend className="hidden">Sample documents</legend>
        {info?.samples.map(({ id, title, size }) => (
          <button
            key={id}
            type="button"
            aria-pressed={title === draft.name}
            onClick={() => take(readSample(id).then((body) => draftOfFile(body, title)))}
          >
            {title} <small>{size}</small>
          </button>
        ))}
      </fieldset>
      <label
        id="drop"
        className={isOver ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <span className="label">Or paste a text, or drop a file</span>
        <textarea
          id="text"
          rows={5}
          spellCheck={false}
          placeholder="Paste a text here …"
          value={draft.text}
          onChange={(event) => choose(draftOfText(event.target.value))}
        />
      </label>
      <p id="size" className="note said">
        {describeDraft(draft)}
      </p>
      <div className="actions">
        <button id="start" className="primary" type="button" disabled={isStarting} onClick={start}>
          Summarise
        </button>
        <label className="button">
          Choose a file …
          <input id="file" type="file" className="hidden" onChange={(event) => takeFile(event.target.files?.[0])} />
        </label>
      </div>
      <p id="author" className="note said">
        {info?.author}
      </p>
      <p id="refusal" className="alert said" role="alert" hidden={problem === null}>
        {problem}
      </p>
    </section>
  )
}
