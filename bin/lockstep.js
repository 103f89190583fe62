#!/usr/bin/env node
// The version check comes before everything else and in syntax an old Node can read, so that it speaks instead of failing.
var parts = process.versions.node.split('.')
var major = Number(parts[0])
var minor = Number(parts[1])

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`lockstep needs Node.js 22.19 or newer; this is ${process.versions.node}.\n`)
  process.exitCode = 1
} else {
  start()
}

function start() {
  return import('node:fs')
    .then((fs) => {
      const built = new URL('../dist/cli/main.js', import.meta.url)
      // A clone has no dist; Node runs its TypeScript as it is.
      return import((fs.existsSync(built) ? built : new URL('../src/cli/main.ts', import.meta.url)).href)
    })
    .then((cli) => cli.main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code
    })
    .catch((error) => {
      process.stderr.write(`${error?.stack ?? error}\n`)
      process.exitCode = 1
    })
}
