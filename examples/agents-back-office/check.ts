// Plays the scenarios of both houses, or those whose class or name has a word. Ends with 1 where anything is not as it should be.
import { surprises } from '../agents-support-desk/corpus.ts'
import { officeScenarios, playAll } from './corpus.ts'
import { KNOWN } from './expected.ts'

const only = process.argv[2] ?? ''
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const played = await playAll(officeScenarios().filter(([, { of, name }]) => `${of}: ${name}`.includes(only)))
for (const kind of ['attack', 'benign'] as const) {
  const all = played.filter(({ scenario }) => scenario.kind === kind)
  const fine = all.filter(({ differences }) => differences.length === 0).length
  say(`${kind === 'attack' ? 'attacks stopped' : 'benign runs as they should be'}: ${fine} of ${all.length}`)
}
const wrong = surprises(played, KNOWN)
for (const each of wrong) say(each)
process.exitCode = wrong.length === 0 ? 0 : 1
