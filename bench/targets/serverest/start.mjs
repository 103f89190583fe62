// Starts serverest on 127.0.0.1 and a free port, with the data it was published with, and prints the address.
import { cpSync, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const data = join(dirname(require.resolve('serverest/package.json')), 'src/data')
const published = new URL('data-as-published', import.meta.url).pathname
if (existsSync(published)) cpSync(published, data, { recursive: true })
else cpSync(data, published, { recursive: true })

const server = require('serverest/src/app').listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`)
})
