// Writes the lists of tools that the charters approve, one for each source.
import { writeFileSync } from 'node:fs'
import { describe, type House } from './house.ts'
import { payables } from './payables.ts'
import { travel } from './travel.ts'

for (const [name, house] of Object.entries({ payables, travel })) write(name, house)

function write(name: string, { tools }: House): void {
  const all = Object.entries(tools)
  for (const source of new Set(all.map(([operation]) => operation.split('.')[0]))) {
    const own = all.filter(([operation]) => operation.startsWith(`${source}.`))
    const list = own.map(([operation, tool]) => describe(operation.slice(`${source}.`.length), tool))
    writeFileSync(new URL(`${name}.${source}.tools.json`, import.meta.url), `${JSON.stringify({ tools: list }, null, 2)}\n`)
  }
}
