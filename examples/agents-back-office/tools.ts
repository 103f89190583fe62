// Writes the lists of tools that the charters approve, one for each source.
import { writeFileSync } from 'node:fs'
import { HOUSES } from './corpus.ts'
import { listsOf } from './house.ts'

for (const [name, house] of Object.entries(HOUSES))
  for (const [source, list] of listsOf(house))
    writeFileSync(new URL(`${name}.${source}.tools.json`, import.meta.url), `${JSON.stringify(list, null, 2)}\n`)
