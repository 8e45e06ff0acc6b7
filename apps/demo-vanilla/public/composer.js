import { $, element } from './element.js'
import { describeDraft, draftOfFile, draftOfText, emptyDraft, readInfo, readSample, startRun } from './page.js'

/** Where a document is chosen and a run is started. */
export function createComposer(visit) {
  let draft = emptyDraft
  $('text').addEventListener('input', () => choose(draftOfText($('text').value)))
  $('file').addEventListener('change', () => takeFile($('file').files[0]))
  $('drop').addEventListener('dragover', (event) => {
    event.preventDefault()
    $('drop').classList.add('over')
  })
  $('drop').addEventListener('dragleave', () => $('drop').classList.remove('over'))
  $('drop').addEventListener('drop', (event) => {
    event.preventDefault()
    $('drop').classList.remove('over')
    takeFile(event.dataTransfer.files[0])
  })
  $('start').addEventListener('click', start)
  readInfo().then(showInfo, (error) => refuse(`The page could not be set up: ${error.message}`))

  return ({ refusal }) => refusal !== null && refuse(refusal)

  function showInfo({ author, samples }) {
    $('author').textContent = author
    for (const { id, title, size } of samples) {
      const button = element('button', title)
      button.type = 'button'
      button.dataset.sample = title
      button.append(' ', element('small', size))
      button.addEventListener('click', () => take(async () => draftOfFile(await readSample(id), title)))
      $('samples').append(button)
    }
  }

  function takeFile(file) {
    // Nothing was chosen, or what was dropped is no file.
    if (file) take(() => draftOfFile(file, file.name))
  }

  function take(read) {
    read().then(choose, (error) => refuse(`It could not be read: ${error.message}`))
  }

  function choose(chosen) {
    draft = chosen
    if ($('text').value !== draft.text) $('text').value = draft.text
    for (const button of $('samples').querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.sample === draft.name))
    }
    $('size').textContent = describeDraft(draft)
    $('refusal').hidden = true
  }

  async function start() {
    $('start').disabled = true
    try {
      visit.begin(await startRun(draft), draft.name || 'Pasted text')
      $('refusal').hidden = true
    } catch (error) {
      refuse(error.message)
    } finally {
      $('start').disabled = false
    }
  }

  function refuse(message) {
    $('refusal').textContent = message
    $('refusal').hidden = false
  }
}
