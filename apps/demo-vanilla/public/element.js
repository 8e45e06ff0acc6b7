/** The element of the page with this id. @param {string} id */
export const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

/** Makes an element. Everything a chain says goes in as text, never as markup. */
export function element(name, text = '', className = '') {
  const made = document.createElement(name)
  if (text !== '') made.textContent = text
  if (className !== '') made.className = className
  return made
}

/** Sets a text only where it differs, so that what a person has selected stays selected. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/** Shows how far a bar has come. */
export function setBar(bar, { status, progress }) {
  bar.dataset.status = status
  bar.firstElementChild.style.transform = `scaleX(${(progress ?? 0) / 100})`
}
