/** What was decided, or what came of it: by a sign and a word, never by colour alone. */
import { Badge } from '@mantine/core'
import {
  IconArrowBackUp,
  IconCheck,
  IconEye,
  IconHandStop,
  IconMinus,
  IconPencil,
  IconPower,
  IconQuestionMark,
  IconX,
} from '@tabler/icons-react'
import type { ReactElement } from 'react'

type Look = readonly [word: string, color: string, icon: typeof IconCheck]

const looks: Readonly<Record<string, Look>> = {
  allow: ['allowed', 'green', IconCheck],
  modify: ['allowed, changed', 'teal', IconPencil],
  deny: ['refused', 'red', IconX],
  ask: ['asked', 'yellow', IconHandStop],
  'would-deny': ['would be refused', 'orange', IconEye],
  'would-ask': ['would be asked', 'orange', IconEye],
  defer: ['deferred', 'gray', IconMinus],
  effective: ['took effect', 'green', IconCheck],
  'not-effective': ['no effect', 'gray', IconMinus],
  unknown: ['in doubt', 'orange', IconQuestionMark],
  granted: ['granted', 'green', IconCheck],
  accepted: ['accepted', 'green', IconCheck],
  refused: ['refused', 'red', IconX],
  revoked: ['revoked', 'orange', IconArrowBackUp],
  off: ['off', 'red', IconPower],
  on: ['on', 'green', IconPower],
}

export function Effect({ of }: { readonly of: string }): ReactElement {
  const [word, color, Icon] = looks[of] ?? [of, 'gray', IconMinus]
  return (
    <Badge
      variant="light"
      color={color}
      radius="sm"
      tt="none"
      leftSection={<Icon size={12} stroke={2.4} aria-hidden />}
      className="effect"
    >
      {word}
    </Badge>
  )
}
