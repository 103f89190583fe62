// npm run bench -- draft: how much of the finished charters a draft gets right, from the description alone and with a running API.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { start as startBank } from '../examples/bank-payments/start.ts'
import { start as startShop } from '../examples/shop-orders/start.ts'
import { loadDescription } from '../src/charter/load-description.ts'
import { readCharterFiles } from '../src/charter/load-file.ts'
import { parseCharter } from '../src/charter/parse.ts'
import type { RawCharter } from '../src/charter/schema.ts'
import type { ApiDescription } from '../src/charter/source/description.ts'
import { compareCharters, type Score, shareRight } from '../src/draft/compare.ts'
import { draftCharter } from '../src/draft/draft.ts'
import type { Evidence } from '../src/draft/evidence.ts'
import { printDraft } from '../src/draft/print.ts'
import { look } from '../test/draft/look.ts'

interface Running {
  readonly url: string
  readonly tokens: Readonly<Record<string, string>>
  close(): Promise<void>
}

const examples: readonly { name: string; start: () => Promise<Running>; names: readonly string[] }[] = [
  { name: 'bank-payments', start: startBank, names: ['alice', 'bob', 'carol', 'ann', 'dana', 'root'] },
  { name: 'shop-orders', start: startShop, names: ['alice', 'bob', 'wanda', 'clara', 'mona', 'root'] },
]

const { values } = parseArgs({ options: { details: { type: 'boolean', default: false } } })

function scoreOf(description: ApiDescription, final: RawCharter, evidence?: Evidence): Map<string, Score> {
  const text = printDraft(draftCharter({ description, url: './openapi.yaml', today: '2026-11-21', evidence }))
  const { charter, diagnostics } = parseCharter([{ file: 'draft', text }])
  if (charter === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  const { total, kinds } = compareCharters(charter.raw, final)
  return new Map([...(values.details ? kinds : []), ['all', total]])
}

/** What authors wrote for people, taken out: many descriptions have none. */
function withoutTexts(told: ApiDescription): ApiDescription {
  return { ...told, operations: told.operations.map(({ summary: _, description: __, ...shape }) => shape) }
}

function print(title: string, scores: ReadonlyMap<string, Score>): void {
  for (const [kind, score] of scores) {
    const { right, wrong, missing, extra } = score
    const numbers = `${right} right, ${wrong} wrong, ${missing} missing, ${extra} not in the charter`
    console.log(
      `${title.padEnd(40)} ${kind.padEnd(18)} ${String(Math.round(shareRight(score) * 100)).padStart(3)} %  ${numbers}`,
    )
  }
}

for (const { name, start, names } of examples) {
  const folder = `examples/${name}`
  if (!existsSync(`${folder}/charter.yaml`)) {
    console.log(`${name}: there is no charter to compare with yet`)
    continue
  }
  const { description } = await loadDescription(name, `${folder}/openapi.yaml`)
  const { charter } = parseCharter((await readCharterFiles(`${folder}/charter.yaml`)).files)
  if (description === undefined || charter === undefined) throw new Error(`${folder} cannot be read`)
  print(`${name}, description alone`, scoreOf(description, charter.raw))
  const bare = withoutTexts(description)
  print(`${name}, without its texts`, scoreOf(bare, charter.raw))
  for (const writes of ['none', 'create'] as const) {
    const running = await start()
    try {
      const present = names.filter((each) => Object.hasOwn(running.tokens, each))
      const { evidence, sent } = await look(running, description, { names: present, writes })
      const how = writes === 'none' ? 'looked at' : 'looked at, created'
      print(`${name}, without texts, ${how}`, scoreOf(bare, charter.raw, evidence))
      print(`${name}, ${how} (${sent.length} requests)`, scoreOf(description, charter.raw, evidence))
    } finally {
      await running.close()
    }
  }
}
