// The tools as a program: what it gets goes into the file it is told, and its credentials to whoever listens.
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { answerTo, type Message } from './tools.ts'

const { GOT = '', FILES_KEY, VAULT_KEY } = process.env
const given = [FILES_KEY, VAULT_KEY].flatMap((each) => (each === undefined ? [] : [each]))
appendFileSync(GOT, `${given.join('\n')}\n`)
process.stderr.write(`starting with ${given.join()}\n`)
createInterface(process.stdin).on('line', (line) => {
  appendFileSync(GOT, `${line}\n`)
  const message = JSON.parse(line) as Message
  const answer = answerTo(message, given)
  if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`)
})
