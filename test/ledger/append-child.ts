// Appends to a ledger in another process, so that it can be killed, or its disk can fail. Tells which entries it was told are kept.
import { openLedger } from '../../src/ledger/ledger.ts'
import { decision } from './sample.ts'

const [folder = '', count = '0'] = process.argv.slice(2)
const ledger = await openLedger({
  storage: { type: 'sqlite', file: `${folder}/ledger.db`, keys: `${folder}/keys.db` },
  signingKey: `${folder}/key.pem`,
  origin: 'ledger.example/t',
  node: 'child',
  version: '1',
})

const lanes = Array.from({ length: 8 }, async (_, lane) => {
  for (let at = 0; at < Number(count); at += 1) {
    const call = `${lane}/${at}`
    await ledger.append(decision({ call })).then(
      ({ index }) => process.stdout.write(`kept ${index} ${call}\n`),
      (error: { code?: string }) => process.stdout.write(`failed ${error.code} ${call}\n`),
    )
  }
})
await Promise.all(lanes)
await ledger.close()
