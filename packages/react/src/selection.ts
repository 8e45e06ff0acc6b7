/**
 * What was selected last, so that the same selection of the same thing is made once, and one that is equal to it is given again as the same object:
 * only then does a component that selects objects rest while they are equal.
 */
export class Selection<Whole, Part> {
  #whole: Whole | undefined
  #select: ((whole: Whole) => Part) | undefined
  #part: Part | undefined

  /** The part that `select` takes of `whole`. */
  read(whole: Whole, select: (whole: Whole) => Part, isEqual: (a: Part, b: Part) => boolean): Part {
    if (whole === this.#whole && select === this.#select) return this.#part as Part
    const part = select(whole)
    const isSame = this.#select !== undefined && isEqual(this.#part as Part, part)
    this.#whole = whole
    this.#select = select
    if (!isSame) this.#part = part
    return this.#part as Part
  }
}
