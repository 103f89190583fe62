/** What helps where something was not reached. docs/prove.md has the same as a table. */

/** By how a reason reads; the first that fits. */
const advices: readonly (readonly [RegExp, string])[] = [
  [
    /nothing is open to them by which/,
    'say `ended: true` of an identity whose key was taken back; of another one, let the charter open a read to it',
  ],
  [/not let in|signing in|expected 2xx, got/, 'check how this identity signs in (identities file: login, headers)'],
  [/no reset hook/, 'add `hooks: { reset: … }` to the identities file'],
  [/`advance-clock` hook/, 'add `hooks: { advance-clock: … }` to the identities file'],
  [
    /no other identity|no identity may|nobody can play|has nobody left/,
    'add an identity that may: a second of that actor, of another tenant, or in both roles',
  ],
  [/^no existing .* was found/, 'name a `list` operation at the object, or give a key in `example: { path: … }`'],
  [
    /no transitions lead|no moves lead|nothing moves/,
    'add the missing transition to the charter, or name a `list` where such objects exist',
  ],
  [
    /nothing could show|shows in nothing|nothing that anyone may read counts/,
    'let a `read` operation show what the call does, as a count or the objects it makes',
  ],
  [/could look at what the rightful call does/, 'prove again when the system answers'],
  [/nobody could look at/, 'name a `read` operation at the object, and an observer who may use it'],
  [/does not say the key/, 'write where the key is: `key: $response.body#/…`'],
  [/was refused: 4(?:00|22)\b/, 'give arguments that work: `example` at that operation of the charter'],
  [/was refused: 40[13]\b/, 'check `by` of that operation against who really may'],
  [/was refused: 409\b/, 'check `from` and the rules of that operation against what the API asks for before it'],
]

/** Reasons about which nobody can do anything: no call could break such a demand, or none should be refused for it. */
const moot: readonly (readonly [RegExp, string])[] = [
  [
    /^nothing that .* is to be separated from comes before it$/,
    'nothing to do: what should be done by others comes after it, where this is tried',
  ],
  [
    /^everyone who may reach the object may see the field$/,
    'nothing to do: it is hidden from nobody who comes that far',
  ],
  [/^every identity may do this$/, 'nothing to do: it is open to all of them'],
  [/^another use of .* allows this call/, 'nothing to do: the charter allows the call in another way'],
]

/** What to say of a reason about which nobody can do anything; undefined of any other. */
export function mootWords(why: string): string | undefined {
  return moot.find(([shape]) => shape.test(why))?.[1]
}

/** The thing to do about a reason; undefined where there is none, or nothing is wrong. */
export function adviceFor(why: string): string | undefined {
  return advices.find(([shape]) => shape.test(why))?.[1]
}
