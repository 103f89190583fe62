// A server that is a program and does nothing but answer, for `npm run bench -- mcp`.
import { createInterface } from 'node:readline'
import { answerTo } from './answer.ts'

for await (const line of createInterface({ input: process.stdin })) {
  const said = answerTo(line)
  if (said !== undefined) process.stdout.write(`${said}\n`)
}
