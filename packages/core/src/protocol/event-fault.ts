import { type Channel, channels } from './event.js'
import { isJsonObject } from './json.js'
import { isSeq } from './position.js'

type Fields = Record<string, unknown>

const isText = (value: unknown) => typeof value === 'string'
const isMaybeText = (value: unknown) => value === undefined || typeof value === 'string'
const isTextOrNothing = (value: unknown) => value === undefined || value === null || typeof value === 'string'
const isMaybeNumber = (value: unknown) => value === undefined || Number.isFinite(value)
const isMaybeSeq = (value: unknown) => value === undefined || isSeq(value)
const isMaybeObject = (value: unknown) => value === undefined || isJsonObject(value)
const isMaybeTexts = (value: unknown) => value === undefined || (Array.isArray(value) && value.every(isText))
const isProgress = (value: unknown) => value === null || Number.isFinite(value)
const isLength = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0

/**
 * What is wrong with an event that has a type and a number: the first field of which folding, compacting or a text cursor could not make
 * sense; undefined when nothing is. Events of unknown types, and fields that are not known, are never wrong.
 */
export function eventFault(event: Fields): string | undefined {
  if (!isMaybeNumber(event.ts)) return 'a number in "ts"'
  if (!isMaybeNumber(event.dropped)) return 'a number in "dropped"'
  if (!isMaybeTexts(event.truncated)) return 'strings in "truncated"'
  switch (event.update_type) {
    case 'token':
      return tokenFault(event) ?? stepFault(event)
    case 'progress':
      if (!isProgress(event.progress_percentage)) return 'a number or null in "progress_percentage"'
      if (!isTextOrNothing(event.message)) return 'a string or null in "message"'
      return stepFault(event)
    case 'step_start':
      if (!isText(event.step_id)) return 'a string in "step_id" of a step_start'
      return namedFault(event) ?? stepFault(event)
    case 'step':
      if (!isProgress(event.progress_percentage)) return 'a number or null in "progress_percentage"'
      if (!isMaybeText(event.step_status)) return 'a string in "step_status"'
      if (!isMaybeNumber(event.duration_ms)) return 'a number in "duration_ms"'
      return namedFault(event) ?? stepFault(event) ?? endFault(event)
    case 'custom':
      return isMaybeText(event.name) ? stepFault(event) : 'a string in "name" of a custom event'
    case 'start':
      return startFault(event)
    case 'error':
      if (!isText(event.error)) return 'a string in "error"'
      return endFault(event)
    case 'complete':
      return endFault(event)
    case 'cancelled':
    case 'cancel_requested':
      return isTextOrNothing(event.reason) ? undefined : 'a string or null in "reason"'
    default:
      return undefined
  }
}

function tokenFault({ delta, channel, at, cut, first_seq }: Fields): string | undefined {
  if (!isText(delta)) return 'a string in "delta" of a token'
  if (!channels.includes(channel as Channel)) return `one of ${channels.join(', ')} in "channel" of a token`
  if (!isLength(at)) return 'a whole number in "at" of a token'
  if (cut !== undefined && !isLength(cut)) return 'a whole number in "cut" of a token'
  return isMaybeSeq(first_seq) ? undefined : 'an event number in "first_seq" of a token'
}

function stepFault({ step_id, attempt }: Fields): string | undefined {
  if (!isMaybeText(step_id)) return 'a string in "step_id"'
  return isMaybeSeq(attempt) ? undefined : 'a whole number above 0 in "attempt"'
}

function namedFault({ step_name, parent_step_id, kind }: Fields): string | undefined {
  if (!isText(step_name)) return 'a string in "step_name"'
  if (!isMaybeText(parent_step_id)) return 'a string in "parent_step_id"'
  return isMaybeText(kind) ? undefined : 'a string in "kind"'
}

function endFault({ usage, error, code }: Fields): string | undefined {
  if (!isMaybeObject(usage)) return 'an object in "usage"'
  return isMaybeText(error) && isMaybeText(code) ? undefined : 'strings in "error" and "code"'
}

function startFault({ metadata, chain, tags, total_steps, parent }: Fields): string | undefined {
  if (!isJsonObject(metadata)) return 'an object in "metadata" of a start'
  if (!isMaybeText(chain)) return 'a string in "chain"'
  if (!isMaybeTexts(tags)) return 'strings in "tags"'
  if (!isMaybeNumber(total_steps)) return 'a number in "total_steps"'
  const isParent =
    parent === undefined || (isJsonObject(parent) && isText(parent.run_id) && isMaybeText(parent.step_id))
  return isParent ? undefined : '{ run_id, step_id } of strings in "parent"'
}
