/** The thread in which revisions are read: whatever their text makes it do, it can be ended. Started by desk.ts alone. */
import { parentPort, workerData } from 'node:worker_threads'
import { check } from './check.ts'
import { compare, Unusable } from './compare.ts'
import { complete } from './complete/complete.ts'
import type { FromWorker, Job, JobResults, Setting } from './desk.ts'
import { openRevisions } from './revision.ts'
import { tryPast } from './try-past.ts'

const port = parentPort
if (port === null) throw new Error('revisions are read in a thread of their own')
const setting: Setting = workerData
const revisions = openRevisions(setting)
const tell = (message: FromWorker): void => port.postMessage(message)

/** Names are completed by the charter as it last could be read. */
let last = (await revisions.inForce()).charter

port.on('message', (job: Job) => {
  run(job)
    .then((result) => tell({ type: 'done', result }))
    .catch((error: unknown) =>
      tell({
        type: error instanceof Unusable ? 'unusable' : 'failed',
        why: error instanceof Error ? error.message : String(error),
      }),
    )
})

async function run(job: Job): Promise<JobResults[Job['kind']]> {
  switch (job.kind) {
    case 'check':
      return check(revisions, setting, job.files)
    case 'complete': {
      last = (await revisions.load(job.files)).charter ?? last
      if (last === undefined) return { from: job.offset, to: job.offset, options: [] }
      return complete(last, job.files[job.file] ?? '', job.offset)
    }
    case 'compare':
      return compare(revisions, setting, job.files)
    case 'simulate':
      return tryPast(revisions, { ...job, storage: setting.storage }, (progress) =>
        tell({ type: 'progress', progress }),
      )
  }
}
