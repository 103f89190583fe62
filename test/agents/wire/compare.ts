import type { Played } from '../play.ts'

/**
 * Where a play of a scenario on the wire came out otherwise than in process: what was said to a call, and what was left in the end.
 *
 * A gateway may refuse what it knows nothing of before anything is decided: no constraint is named then.
 */
export function differencesBetween(inProcess: Played | undefined, onWire: Played): readonly string[] {
  const most = Math.max(inProcess?.verdicts.length ?? 0, onWire.verdicts.length)
  const verdicts = Array.from({ length: most }, (_, at) => [inProcess?.verdicts[at] ?? '', onWire.verdicts[at] ?? ''])
  const isSame = ([before = '', after = '']: readonly string[]): boolean =>
    before === after || (after.endsWith(': deny') && before.startsWith(`${after} `))
  const apart = verdicts.flatMap((pair) => (isSame(pair) ? [] : [`${pair[1]} instead of ${pair[0]}`]))
  return [...apart, ...onWire.differences.filter((each) => inProcess?.differences.includes(each) !== true)]
}
