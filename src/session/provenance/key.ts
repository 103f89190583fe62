import { fold } from '../../constraint/same-text.ts'
import { formsOf } from './form.ts'

/** The text of a value and its forms, as keys: two values with a key in common are the same. */
export function keysOf(text: string): readonly string[] {
  return [`text ${fold(text)}`, ...formsOf(text)]
}

/** A place in a page is in the page: who gives a link to it gives the link without it, too. */
export function withPages(forms: readonly string[]): readonly string[] {
  return forms.flatMap((form) =>
    form.startsWith('link ') && form.includes('#') ? [form, form.replace(/#.*$/s, '').replace(/\/$/, '')] : [form],
  )
}
