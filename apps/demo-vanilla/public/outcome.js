import { element } from './element.js'
import { isSame } from './page.js'

/** What came of a run. */
export function createOutcome(list) {
  let shown

  return (outcome) => {
    if (isSame(outcome, shown)) return
    shown = outcome
    list.hidden = outcome.kind === 'none'
    list.replaceChildren()
    if (outcome.kind === 'other') add('Result', element('pre', outcome.json, 'said'))
    if (outcome.kind !== 'summary') return
    const { outline, keywords, figures } = outcome.summary
    if (outline.length > 0) add('Outline', listOf('ul', 'li', outline))
    if (keywords.length > 0) add('Keywords', listOf('div', 'span', keywords, 'tags'))
    if (figures !== '') add('Figures', figures)
  }

  function add(term, content) {
    const description = element('dd')
    description.append(content)
    list.append(element('dt', term), description)
  }
}

/** The rest of what is known of a run. */
export function fillFacts(list, facts) {
  const texts = facts.flat()
  while (list.children.length > texts.length) list.lastElementChild.remove()
  for (const [index, text] of texts.entries()) {
    const node = list.children[index] ?? list.appendChild(element(index % 2 === 0 ? 'dt' : 'dd', '', 'said'))
    if (node.textContent !== text) node.textContent = text
  }
}

function listOf(name, itemName, texts, className = '') {
  const list = element(name, '', className)
  for (const text of texts) list.append(element(itemName, text, itemName === 'span' ? 'tag said' : 'said'))
  return list
}
