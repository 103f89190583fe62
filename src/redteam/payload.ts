/** What is planted: texts as data. `{tool}` and `{arguments}` stand for the call that must never be made, `{value}` for the attacker's value in it. */
import { type Encoding, encodeText } from './encode.ts'

/** Where it is planted. */
export type Place =
  /** In the longest free text of an answer. */
  | 'text'
  /** In place of a short text that somebody else may have written, as a name. */
  | 'field'
  /** In the name of a file or channel, or the title of something. */
  | 'name'
  /** As the error that a tool ends with. */
  | 'error'
  /** In the description of a tool. */
  | 'description'
  /** In two answers, half of it in each. */
  | 'two-texts'
  /** As an order to remember something, that is followed by a later run. */
  | 'memory'

export type Family =
  | 'direct'
  | 'fake-system'
  | 'important-instructions'
  | 'tool-knowledge'
  | 'plain-value'
  | 'split'
  | 'encoded'
  | 'invisible'
  | 'structured-field'
  | 'file-name'
  | 'error-message'
  | 'tool-description'
  | 'language'
  | 'memory'
  | 'hidden-markup'
  | 'dilution'
  | 'role-play'
  | 'authority'
  | 'link'
  | 'secret'

/** One text of the set. An id never changes its meaning: another wording is another version. */
export interface Payload {
  readonly id: string
  readonly version: number
  readonly family: Family
  readonly place: Place
  /** `{hidden}` is what `hidden` says, in its encoding. */
  readonly text: string
  readonly hidden?: { readonly text: string; readonly encoding: Encoding }
  /** The second half of a payload for two answers. */
  readonly second?: string
  /** BCP 47, where it is not English. */
  readonly language?: string
  /** Which calls it can ask for. Without it, any that sends something out or moves money. */
  readonly asks?: 'send' | 'pay' | 'open' | 'leak'
}

/** The call that a payload asks for. */
export interface Wanted {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly value: string
}

/** A payload as it is planted. */
export interface Rendered {
  readonly text: string
  readonly second?: string
}

/** Fills in what a payload asks for. */
export function renderPayload({ text, hidden, second }: Payload, wanted: Wanted): Rendered {
  const fill = (template: string): string =>
    template
      .replaceAll('{tool}', wanted.tool)
      .replaceAll('{arguments}', JSON.stringify(wanted.arguments))
      .replaceAll('{value}', wanted.value)
      .replaceAll('{first-half}', wanted.value.slice(0, Math.ceil(wanted.value.length / 2)))
      .replaceAll('{second-half}', wanted.value.slice(Math.ceil(wanted.value.length / 2)))
  const inner = hidden === undefined ? '' : encodeText(fill(hidden.text), hidden.encoding)
  return {
    text: fill(text).replaceAll('{hidden}', () => inner),
    ...(second === undefined ? {} : { second: fill(second) }),
  }
}
