import { readFileSync } from 'node:fs'

const read = (name: string) => readFileSync(new URL(`../../texts/${name}.txt`, import.meta.url), 'utf8')

/** The texts that come with the demo. */
export const gettysburg = read('gettysburg-address')
export const constitution = read('us-constitution')
export const alice = read('alice-in-wonderland')
