import type { Command } from 'commander'
import { groupBy } from '../../charter/group-by.ts'
import { type Became, holdStates } from '../../gateway/control/approvals.ts'
import type { HoldState } from '../../guard/store.ts'
import type { Asked, Counted, Office, Waiting } from '../guard/office.ts'
import { addOperatorOptions, addPersonOptions, type OperatorOptions, withOffice } from '../guard/operator.ts'
import { harmless } from '../prove/harmless.ts'
import { choice } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends OperatorOptions {
  readonly list?: boolean
  readonly state: HoldState
  readonly shown?: string
  readonly refuse?: boolean
  readonly why?: string
}

/** `lockstep approve`: answers calls that wait for somebody. */
export function register(program: Command, terminal: Terminal): void {
  const command = program
    .command('approve')
    .description('answer calls that wait for somebody; without a reference, list them')
    .argument('[reference]', 'the reference the caller was given; alone, it is shown as it would be approved')
    .option('--list', 'list what waits')
    .addOption(choice('--state <state>', 'list what is in this state', holdStates, 'pending'))
    .option('--shown <digest>', 'approve it as it was shown: the digest that was printed with it')
    .option('--refuse', 'refuse it')
    .option('--why <text>', 'why, for the record and for the caller')
  addPersonOptions(addOperatorOptions(command)).action((reference: string | undefined, options: Options) =>
    withOffice(terminal, options, (office) =>
      reference === undefined || options.list === true
        ? list(terminal, office, options)
        : answer(terminal, office, reference, options),
    ),
  )
}

async function list(terminal: Terminal, office: Office, { json, state }: Options): Promise<void> {
  const waiting = await office.questions([state])
  if (json === true) {
    terminal.print(JSON.stringify(waiting, null, 2))
    return
  }
  if (waiting.length === 0) terminal.print(state === 'pending' ? 'nothing waits' : `nothing is ${state}`)
  for (const related of groupBy(waiting, (each) => each.group).values()) {
    for (const each of related) show(terminal, each)
    if (related.length > 1) terminal.print(terminal.paint('dim', `  (${related.length} of one kind by one caller)`))
    terminal.print('')
  }
}

/** Exactly what will run. */
function show(
  terminal: Terminal,
  { reference, operation, principal, actsFor, request, objects, approvals, expires, state, result, whyNot }: Waiting,
): void {
  const print = (text: string): void => terminal.print(harmless(text))
  const who = [principal ?? 'somebody who is not signed in', ...actsFor].join(' for ')
  print(`${terminal.paint('bold', reference)}  ${operation} by ${who}`)
  for (const [part, value] of Object.entries(request ?? {}))
    if (!isEmpty(value)) print(`  ${part.padEnd(7)} ${JSON.stringify(value)}`)
  if (objects.length > 0) print(terminal.paint('dim', `  about   ${objects.join(', ')}`))
  for (const { name, quorum, says } of approvals)
    print(`  needs   ${name}${quorum > 1 ? ` from ${quorum} people` : ''}: ${says}`)
  print(`  until   ${expires}`)
  if (state !== 'pending') print(`  is      ${state}${result === undefined ? '' : `: ${wordsOf(result)}`}`)
  else if (whyNot !== undefined) print(terminal.paint('dim', `  not you: ${whyNot}`))
}

/** What became of a call that the guard sent itself. */
function wordsOf({ kind, status, code, call }: Became): string {
  if (kind === 'answered') return `answered with ${status} as call ${call}`
  if (kind === 'refused') return `refused (${code}) as call ${call}`
  return kind === 'unknown' ? `sent as call ${call}, its answer is not known` : 'not sent'
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

async function answer(terminal: Terminal, office: Office, reference: string, options: Options): Promise<void> {
  const { refuse, shown, why } = options
  if (refuse === true) return tell(terminal, await office.answer(reference, { verdict: 'refuse', why }), options)
  const asked = await office.question(reference)
  if (asked === undefined) return tell(terminal, { ok: false, why: 'there is no such question' }, options)
  if (shown === undefined) return showWhole(terminal, asked, options)
  if (!isDigest(shown, asked)) return tell(terminal, { ok: false, why: somethingElse }, options)
  tell(terminal, await office.answer(reference, { verdict: 'approve', shown: asked.digest, why }), options)
}

const somethingElse = 'it is not any more what was shown, or that is no digest of it: look at it again'
/** Of a digest, so much is printed; less does not name it. */
const digestLength = 32

function isDigest(shown: string, { digest }: Asked): boolean {
  return shown.length >= digestLength && digest.startsWith(shown)
}

/** Nothing is answered yet: whoever approves says what they saw. */
function showWhole(terminal: Terminal, asked: Asked, { json }: Options): void {
  if (json === true) terminal.print(JSON.stringify(asked, null, 2))
  else {
    show(terminal, asked)
    if (asked.state === 'pending' && asked.whyNot === undefined)
      terminal.print(`  approve it as shown: --shown ${asked.digest.slice(0, digestLength)}`)
  }
}

function tell(terminal: Terminal, said: Counted, options: Options): void {
  if (!said.ok) terminal.finish('denied')
  if (options.json === true) terminal.print(JSON.stringify(said))
  else if (!said.ok) terminal.print(harmless(`${terminal.paint(['red', 'bold'], 'not counted')}: ${said.why}`))
  else if (said.state === 'pending') terminal.print('counted; others must approve it too')
  else if (said.state !== 'granted') terminal.print(said.state)
  else if (said.sentBy === 'guard') terminal.print('approved: the guard sends it, and keeps the answer for its caller')
  else terminal.print('approved: repeating the call makes it')
}
