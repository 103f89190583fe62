/** What is agreed on before a session's first step (ACS section 4). */
import { z } from 'zod'
import { AcsError, type AcsRequest, acsVersion, codes, type Members, readPayload } from './envelope.ts'
import { hooks } from './hooks.ts'
import { algorithm } from './signature.ts'
import { wrappedMethod } from './wrapped-mcp.ts'

const clientHello: z.ZodType<ClientHello> = z.looseObject({
  acs_versions_supported: z.array(z.string()).min(1),
  methods_implemented: z.array(z.string()),
  transports_supported: z.array(z.string()).min(1),
  provenance_producer: z.enum(['deterministic', 'none']),
  profiles_supported: z.array(z.string()).optional(),
})
interface ClientHello {
  readonly acs_versions_supported: readonly string[]
  readonly methods_implemented: readonly string[]
  readonly transports_supported: readonly string[]
  readonly profiles_supported?: readonly string[] | undefined
}

/** Every entry of the chain commits to its whole request, which is what `acs-audit` adds. */
const profiles = ['acs-core', 'acs-audit']

export interface Terms {
  readonly secure: boolean
  readonly skewMs: number
  readonly timeoutMs: number
}

/**
 * The ServerHello.
 *
 * SECURITY: the standard lets an agent go on when no decision comes; `on_decision_failure` is `deny` here.
 *
 * @throws {AcsError} when there is no version or transport in common.
 */
export function serverHello(request: AcsRequest, { secure, skewMs, timeoutMs }: Terms): Members {
  const hello = readPayload(clientHello, request.params.payload)
  const majors = hello.acs_versions_supported.map((each) => each.split('.')[0])
  if (!majors.includes(acsVersion.split('.')[0])) {
    const data = { supported_versions: [acsVersion] }
    throw new AcsError(codes.version, 'version', `the guard speaks ${acsVersion}`, data)
  }
  const transport = secure ? 'https' : 'http'
  if (!hello.transports_supported.some((each) => each === 'http' || each === 'https'))
    throw new AcsError(codes.refused, 'transport', `the guard is reached by ${transport}`)
  return {
    negotiated_version: acsVersion,
    methods_evaluated: hello.methods_implemented.filter(isEvaluated),
    selected_transport: transport,
    signature_algorithms_supported: [algorithm],
    timeout_config: { default_ms: timeoutMs },
    on_decision_failure: 'deny',
    skew_window_ms: skewMs,
    approver_types_supported: ['human'],
    policy_requires_provenance: false,
    profiles_accepted: profiles.filter((each) => hello.profiles_supported?.includes(each) ?? each === 'acs-core'),
  }
}

function isEvaluated(method: string): boolean {
  return hooks.has(method) || method === 'system/ping' || wrappedMethod(method) !== undefined
}
