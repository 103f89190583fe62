import type { Localities } from '../../session/carried.ts'
import type { GuardFile } from './schema.ts'

type Written = { readonly region?: string | undefined; readonly provider?: string | undefined }

/** Where the sources of a guard file are, and who runs them. Who runs a model is in the charter. */
export function localitiesOf({ upstreams, mcp, models, a2a }: GuardFile): Localities {
  const sections: readonly Readonly<Record<string, Written>>[] = [
    upstreams,
    mcp?.servers ?? {},
    a2a?.agents ?? {},
    models?.sources ?? {},
  ]
  return Object.fromEntries(
    sections.flatMap((section) =>
      Object.entries(section).map(([source, { region, provider }]) => [
        source,
        { ...(region === undefined ? {} : { region }), ...(provider === undefined ? {} : { provider }) },
      ]),
    ),
  )
}
