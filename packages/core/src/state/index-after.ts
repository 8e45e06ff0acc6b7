/**
 * Where in a list that rises by number the part after a number begins: the length of the list where there is none.
 *
 * @param numberOf the number of an item
 */
export function indexAfter<Item>(list: readonly Item[], seq: number, numberOf: (item: Item) => number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (numberOf(list[middle] as Item) <= seq) low = middle + 1
    else high = middle
  }
  return low
}
