/** How the record is: whether it is signed, and whether that is seen outside. */
import type { ReactElement } from 'react'
import type { Answer } from '../../ask.ts'
import { Fact, Panel } from '../../parts/panel.tsx'
import { When } from '../../parts/when.tsx'

type Ledger = Answer<'GET /api/posture'>['ledger']

export function Health({ ledger }: { readonly ledger: Ledger }): ReactElement {
  const { size, covered, behind, failing, places } = ledger
  return (
    <Panel title="Record" aside={failing === undefined ? 'signed' : undefined}>
      <dl className="facts">
        <Fact label="Entries of the ledger" value={size} href="/ledger" />
        <Fact label="Of those signed" value={covered} href="/ledger" />
        {failing !== undefined && (
          <Fact label={`No checkpoint can be made: ${failing}`} value="see" href="/ledger" bad />
        )}
        {behind > 0 && <Fact label="Not read yet by this page" value={behind} href="/ledger" />}
        {places.map((place) => (
          <Fact
            key={place.place}
            label={place.failing === undefined ? `Kept at ${place.place}` : `${place.place} fails: ${place.failing}`}
            value={place.size}
            href="/ledger"
            bad={place.failing !== undefined}
            detail={place.at === undefined ? undefined : <When at={place.at} />}
          />
        ))}
        {places.length === 0 && <Fact label="Places outside that keep checkpoints" value={0} href="/ledger" />}
      </dl>
    </Panel>
  )
}
