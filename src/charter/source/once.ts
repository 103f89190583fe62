/**
 * A function of two immutable objects that computes each result once and keeps it for as long as both are in use.
 *
 * The result is shared by all callers, so it must not be changed either.
 */
export function onceFor<A extends object, B extends object, R>(compute: (of: A, by: B) => R): (of: A, by: B) => R {
  const known = new WeakMap<A, WeakMap<B, { readonly result: R }>>()
  return (of, by) => {
    const results = known.get(of) ?? new WeakMap<B, { readonly result: R }>()
    known.set(of, results)
    const kept = results.get(by) ?? { result: compute(of, by) }
    results.set(by, kept)
    return kept.result
  }
}
