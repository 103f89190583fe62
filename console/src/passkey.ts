/** Passkeys in the browser: making one, and signing in with one. */
import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'
import { useState } from 'react'
import { ask, Refused } from './ask.ts'

export interface PasskeyAct {
  /** @param name - What a new one is called. */
  start(name: string): void
  readonly isPending: boolean
  /** Why it was not done, for people. */
  readonly error: string | undefined
}

export function usePasskey(what: 'sign in' | 'add', after: () => void): PasskeyAct {
  const [isPending, setPending] = useState(false)
  const [error, setError] = useState<string>()
  const start = (name: string): void => {
    setPending(true)
    setError(undefined)
    const work = what === 'add' ? add(name) : signIn()
    work
      .then(after)
      .catch((failed: unknown) => setError(wordsOf(failed)))
      .finally(() => setPending(false))
  }
  return { start, isPending, error }
}

async function signIn(): Promise<void> {
  const { options } = await ask('POST /api/session/passkey/options', {})
  const shown = await startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON })
  const { id, rawId, type, response, clientExtensionResults } = shown
  await ask('POST /api/session/passkey', {
    body: { shown: { id, rawId, type, response, clientExtensionResults: { ...clientExtensionResults } as never } },
  })
}

async function add(name: string): Promise<void> {
  const { options } = await ask('POST /api/passkeys/options', {})
  const made = await startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON })
  const { id, rawId, type, response, clientExtensionResults } = made
  await ask('POST /api/passkeys', {
    body: { name, made: { id, rawId, type, response, clientExtensionResults: { ...clientExtensionResults } as never } },
  })
}

/** What browsers say of the person's own choice is no failure, and what they say of theirs is for developers. */
function wordsOf(error: unknown): string {
  if (error instanceof Refused) return `${error.message}.`
  const name = error instanceof Error ? error.name : ''
  if (name === 'InvalidStateError') return 'This device has a passkey for this console already.'
  if (name === 'NotAllowedError' || name === 'AbortError')
    return 'No passkey was used: it was cancelled, or took too long.'
  return 'This browser cannot use passkeys here.'
}
