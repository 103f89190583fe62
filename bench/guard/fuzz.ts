// npm run bench -- guard/fuzz [count] [seed]: malformed requests by mutation, over HTTP/1.1 and HTTP/2. No crash, nothing reaches the API but
// what a ruling let through as it is, no answer goes to another request, and memory stays bounded. Large counts run in several processes.
import { spawnSync } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { type Came, OddClient, oddFrames, sendFrames } from './fuzz-http2.ts'
import { bytesOf, randomFrom, seeds } from './fuzz-shapes.ts'
import { openStage } from './fuzz-stage.ts'

const count = Number(process.argv[2] ?? 20_000)
const seed = Number(process.argv[3] ?? 1)
const perProcess = 100_000
const lanes = 32
const mostMegabytes = 700

/** Sends bytes on a connection of their own and waits for the answers, or for nothing. */
function send(port: number, bytes: Buffer, names: readonly string[]): Promise<Came> {
  return new Promise((resolve) => {
    let answer = ''
    const socket: Socket = connect(port, '127.0.0.1')
    const done = (): void => {
      socket.destroy()
      // Two requests that became one have both names.
      const echoes = [...answer.matchAll(/\r\nx-fuzz: ([^\r\n]*)/gi)].flatMap(([, name = '']) => name.split(', '))
      // A mutation may have made a request more, which has none.
      const places = echoes.filter((echo) => echo !== '-').map((echo) => names.indexOf(echo))
      const stray = places.some((place, index) => place < 0 || place < (places[index - 1] ?? 0))
      resolve({ status: /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 'none', stray })
    }
    socket.setTimeout(250, done)
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      if (names.length === 1 && answer.replace(/^HTTP\/1\.1 100 .*\r\n\r\n/, '').includes('\r\n\r\n')) done()
    })
    socket.on('error', done).on('close', done)
    socket.write(bytes)
  })
}

async function run(): Promise<boolean> {
  const crashes: unknown[] = []
  process.on('uncaughtException', (error) => crashes.push(error))
  process.on('unhandledRejection', (error) => crashes.push(error))
  const stage = await openStage()
  const random = randomFrom(seed)
  const statuses = new Map<string, number>()
  const odd = Array.from({ length: 8 }, () => new OddClient(stage.tlsPort))
  let [sent, strays, most] = [0, 0, 0]
  const one = (id: number): Promise<Came> => {
    const kind = random()
    const client = odd[id % odd.length]
    if (kind < 0.02) return sendFrames(stage.tlsPort, oddFrames(`f${id}`, random))
    if (kind < 0.15 && client !== undefined) return client.ask(`f${id}`, random)
    const { bytes, names } = bytesOf(id, random)
    return send(stage.port, bytes, names)
  }
  const began = performance.now()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (sent < count) {
        sent += 1
        const { status, stray } = await one(sent)
        if (stray) strays += 1
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (sent % 1000 === 0) most = Math.max(most, process.memoryUsage.rss() / 2 ** 20)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  const sane = await send(stage.port, Buffer.from(seeds[0] ?? '', 'latin1'), ['none'])
  for (const each of odd) each.close()
  await stage.close()
  const { counts, undecided } = stage
  const rows = [...statuses].sort().map(([status, times]) => `${status} ${times}`)
  process.stdout.write(
    `${count} mutated requests in ${seconds.toFixed(0)} s (seed ${seed}): ${rows.join(', ')}\n` +
      `let through ${counts.allowed}, reached the API ${counts.reached}, undecided ${undecided.length}, stray answers ${strays}, ` +
      `crashes ${crashes.length}, memory at most ${most.toFixed(0)} MiB, still serving: ${sane.status === '200'}\n`,
  )
  for (const each of undecided.slice(0, 5)) process.stdout.write(`undecided: ${JSON.stringify(each)}\n`)
  for (const crash of crashes.slice(0, 5))
    process.stdout.write(`${crash instanceof Error ? crash.stack : String(crash)}\n`)
  return crashes.length === 0 && undecided.length === 0 && strays === 0 && sane.status === '200' && most < mostMegabytes
}

if (count <= perProcess) process.exitCode = (await run()) ? 0 : 1
else {
  for (let left = count, next = seed; left > 0; left -= perProcess, next += 1) {
    const share = [String(Math.min(left, perProcess)), String(next)]
    const { status } = spawnSync(process.execPath, [import.meta.filename, ...share], { stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  }
}
