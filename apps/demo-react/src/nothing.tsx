/** What stands in the place of a run until there is one. */
export function Nothing() {
  return (
    <section className="panel nothing" id="nothing" aria-labelledby="nothing-heading">
      <h2 id="nothing-heading">Nothing to watch yet</h2>
      <ul className="note">
        <li>
          Choose a sample and press <b>Summarise</b>. Every step, and every word, arrives as it happens.
        </li>
        <li>While it runs: reload this page, or open it in a second tab. It goes on where it was.</li>
        <li>
          Change between <b>Plain</b>, <b>React</b> and <b>Vue</b> above: the same run in the same page, made another
          way.
        </li>
        <li>Start several at once. Stop one. Choose the file that is no text, to see one fail.</li>
      </ul>
    </section>
  )
}
