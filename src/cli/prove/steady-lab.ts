import { IdentityError } from '../../prove/identity/login.ts'
import type { Lab, Signed } from '../../prove/run/lab.ts'
import { Unreached } from '../../prove/run/unreached.ts'

/** The lab with people who may drop out: whoever cannot sign in any more costs the case that needs them, not the run. */
export function steadyLab(lab: Lab): Lab {
  const { reset, advanceClock } = lab
  return {
    ...lab,
    signIn: async (name) => steadySigned(await orUnreached(() => lab.signIn(name))),
    register: async (name) => steadySigned(await orUnreached(() => lab.register(name))),
    enrol: async (request) => {
      const enrolled = await orUnreached(() => lab.enrol(request))
      if (enrolled === undefined) return undefined
      return { ...enrolled, finish: async (answer) => steadySigned(await orUnreached(() => enrolled.finish(answer))) }
    },
    ...(reset === undefined ? {} : { reset: () => orFalse(reset) }),
    ...(advanceClock === undefined ? {} : { advanceClock: (ms: number) => orFalse(() => advanceClock(ms)) }),
  }
}

function steadySigned(signed: Signed): Signed {
  return {
    name: signed.name,
    get principal() {
      return signed.principal
    },
    apply: (request) => signed.apply(request),
    renew: () => orUnreached(() => signed.renew()),
    send: (request) => orUnreached(() => signed.send(request)),
  }
}

async function orUnreached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof IdentityError) throw new Unreached(error.message)
    throw error
  }
}

async function orFalse(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof IdentityError || error instanceof Unreached) return false
    throw error
  }
}
