import type { Command } from 'commander'
import { groupBy } from '../../charter/group-by.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Question } from '../../guard/question.ts'
import {
  addOperatorOptions,
  addPersonOptions,
  locally,
  type OperatorOptions,
  personOf,
  withCore,
} from '../guard/operator.ts'
import { harmless } from '../prove/harmless.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends OperatorOptions {
  readonly list?: boolean
  readonly refuse?: boolean
  readonly why?: string
  readonly roles?: readonly string[]
  readonly tenant?: string
}

/** `lockstep approve`: answers calls that wait for somebody. */
export function register(program: Command, terminal: Terminal): void {
  const command = program
    .command('approve')
    .description('answer calls that wait for somebody; without a reference, list them')
    .argument('[reference]', 'the reference the caller was given')
    .option('--list', 'list what waits')
    .option('--refuse', 'refuse it')
    .option('--why <text>', 'why, for the record and for the caller')
  addPersonOptions(addOperatorOptions(command)).action((reference: string | undefined, options: Options) =>
    withCore(terminal, options.guard, async ({ guard }) => {
      if (reference === undefined || options.list === true) await list(terminal, guard, options)
      else await answer(terminal, guard, reference, options)
    }),
  )
}

async function list(terminal: Terminal, guard: Guard, options: Options): Promise<void> {
  const questions = await guard.approvals.list()
  const by = personOf(options)
  if (options.json === true) {
    const shown = questions.map((each) => ({ ...each, mayNot: guard.approvals.mayAnswer(each, by) ?? null }))
    terminal.print(JSON.stringify(shown, null, 2))
    return
  }
  if (questions.length === 0) terminal.print('nothing waits')
  const groups = groupBy(questions, (each) => each.group)
  for (const related of groups.values()) {
    for (const question of related) show(terminal, question)
    if (related.length > 1) terminal.print(terminal.paint('dim', `  (${related.length} of one kind by one caller)`))
    terminal.print('')
  }
}

/** Exactly what will run. */
function show(terminal: Terminal, { reference, call, approvals, objects, expires }: Question): void {
  const print = (text: string): void => terminal.print(harmless(text))
  print(
    `${terminal.paint('bold', reference)}  ${call.operation} by ${call.principal.id ?? 'somebody who is not signed in'}`,
  )
  for (const [part, value] of Object.entries(call.request))
    if (!isEmpty(value)) print(`  ${part.padEnd(7)} ${JSON.stringify(value)}`)
  for (const [slot, fact] of Object.entries(objects))
    if (fact !== null)
      print(
        terminal.paint(
          'dim',
          `  ${slot.padEnd(7)} ${fact.type}/${fact.key}${fact.state === undefined ? '' : ` (${fact.state})`}`,
        ),
      )
  for (const { name, quorum, says } of approvals)
    print(`  needs   ${name}${quorum > 1 ? ` from ${quorum} people` : ''}: ${says}`)
  print(`  until   ${new Date(expires).toISOString()}`)
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

async function answer(terminal: Terminal, guard: Guard, reference: string, options: Options): Promise<void> {
  const verdict = options.refuse === true ? 'refuse' : 'approve'
  const said = await guard.approvals.answer(reference, personOf(options), verdict, locally(options.why))
  if (!said.ok) terminal.finish('denied')
  if (options.json === true) terminal.print(JSON.stringify(said))
  else if (!said.ok) terminal.print(harmless(`${terminal.paint(['red', 'bold'], 'not counted')}: ${said.why}`))
  else if (said.state === 'pending') terminal.print('counted; others must approve it too')
  else terminal.print(said.state === 'granted' ? 'approved: repeating the call makes it' : said.state)
}
