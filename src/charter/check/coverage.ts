import type { Checker } from './checker.ts'

/** Operations of the descriptions of which the charter says nothing: one warning each. They are denied and never tested. */
export function checkCoverage(checker: Checker): void {
  const sources = checker.parsed.raw.sources ?? []
  for (const shape of checker.charter.uncovered) {
    const index = sources.findIndex((source) => source.name === shape.source)
    const position = shape.position ?? checker.at(['sources', index])
    const help = `say who may use it: \`operations: { ${shape.id}: { by: … } }\``
    checker.warn(
      'operation-uncovered',
      position,
      `nothing covers \`${shape.id}\` (${shape.method} ${shape.path})`,
      help,
    )
  }
}
