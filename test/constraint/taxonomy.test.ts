import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { classIds, findingClass, findingClasses } from '../../src/constraint/class.ts'
import { taxonomies } from '../../src/constraint/taxonomy.ts'

type ListName = keyof typeof taxonomies
const names = Object.keys(taxonomies).filter((name): name is ListName => name in taxonomies)

/** `[list]`, then lines of an id and its title; ASVS ids have a space in them. */
function readStandards(): Map<string, Map<string, string>> {
  const lists = new Map<string, Map<string, string>>()
  let current = new Map<string, string>()
  for (const line of readFileSync(new URL('standards.txt', import.meta.url), 'utf8').split('\n')) {
    const head = /^\[(\w+)\]$/.exec(line)?.[1]
    if (head !== undefined) {
      current = new Map()
      lists.set(head, current)
    } else if (line !== '' && !line.startsWith('#')) {
      const [, id = '', title = ''] = /^(ASVS-5\.0 \S+|\S+) ?(.*)$/.exec(line) ?? []
      current.set(id, title)
    }
  }
  return lists
}

const standards = readStandards()

describe('taxonomy', () => {
  for (const name of names) {
    it(`has exactly the entries of ${name}`, () => {
      const wanted = standards.get(name)
      assert.ok(wanted)
      assert.deepEqual(Object.keys(taxonomies[name].entries).sort(), [...wanted.keys()].sort())
      for (const [id, title] of wanted) {
        if (title !== '' && title !== 'review') assert.equal(taxonomies[name].entries[id], title)
      }
    })
  }
})

describe('finding classes', () => {
  it('are all there, in order', () => {
    assert.deepEqual([...findingClasses.keys()], [...classIds])
  })

  for (const id of classIds) {
    it(`${id} uses ids that exist`, () => {
      const { ids, title, meaning } = findingClass(id)
      for (const name of names) {
        for (const each of ids[name]) assert.ok(Object.hasOwn(taxonomies[name].entries, each), `${each} in ${name}`)
      }
      assert.ok(ids.bla.length + ids.asi.length > 0, 'names an abuse of business logic or of agents')
      assert.ok(title !== '' && meaning.endsWith('.'))
      assert.equal(new Set(Object.values(ids).flat()).size, Object.values(ids).flat().length, 'no id twice')
    })
  }

  it('takes a CWE that needs review as primary only where the weakness itself is one', () => {
    const reviewed = [...findingClasses.values()].filter(
      ({ ids }) => standards.get('cwe')?.get(ids.cwe[0]) === 'review',
    )
    assert.deepEqual(
      reviewed.map(({ id, ids }) => `${id} ${ids.cwe[0]}`),
      [
        'approval-own CWE-863',
        'approval-stale CWE-672',
        'separation-of-duties CWE-863',
        'hoarding CWE-799',
        'use-after-end CWE-672',
        'bfla CWE-862',
        'scope-exceeded CWE-863',
        'automation CWE-799',
        'delegation-exceeded CWE-863',
        'tool-outside-workflow CWE-862',
      ],
    )
  })
})
