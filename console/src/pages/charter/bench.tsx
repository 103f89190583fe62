/** The text of a charter at one side, what is said of it at the other. */
import { Badge, Button, Group, NativeSelect, Tabs, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactElement, useMemo, useState } from 'react'
import { useAnswer } from '../../answers.ts'
import { Loading } from '../../parts/state.tsx'
import { CarryOver } from './carry-over.tsx'
import './charter.css'
import { type Closing, ClosingNote, useClosing } from './closing.tsx'
import { completeAt } from './complete.ts'
import { Cases, Difference, type Revised } from './difference.tsx'
import { type Drafting, type Charter as InForce, useDraft } from './draft.ts'
import { Editor } from './editor.tsx'
import { Explained } from './explained.tsx'
import { Problems } from './problems.tsx'
import { Propose, type ProposeProps } from './propose.tsx'
import { Recorded } from './recorded.tsx'
import { type CharterSearch, panels } from './search.ts'
import { type Simulation, useSimulation } from './simulation.ts'

// biome-ignore lint/style/noDefaultExport: what is loaded lazily is a default
export default function Begun({ charter }: { readonly charter: InForce }): ReactElement {
  const drafting = useDraft(charter)
  const search: CharterSearch = useSearch({ strict: false })
  const { isBegun, finding } = useClosing(charter, drafting, search.closes)
  if (drafting.isStale) return <CarryOver drafting={drafting} />
  if (!isBegun) return <Loading />
  return (
    <>
      {finding !== undefined && <ClosingNote finding={finding} />}
      {/* With another charter in force the editor begins anew: it has that one's text. */}
      <Bench key={charter.version} charter={charter} drafting={drafting} finding={finding} />
    </>
  )
}

/** So long nothing was typed before the text is looked at. */
const restMs = 400

interface BenchProps {
  readonly charter: InForce
  readonly drafting: Drafting
  /** What the change is to close. */
  readonly finding: Closing['finding']
}

function Bench({ charter, drafting, finding }: BenchProps): ReactElement {
  const { draft } = drafting
  const search: CharterSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  const names = [...new Set([...Object.keys(charter.files), ...Object.keys(draft.files)])]
  const file = search.file !== undefined && names.includes(search.file) ? search.file : charter.main
  const [line, setLine] = useState(search.line ?? 1)
  const [files] = useDebouncedValue(draft.files, restMs)
  const revised = useMemo<Revised>(() => ({ version: charter.version, files }), [charter.version, files])
  const checked = useAnswer('POST /api/charter/check', { body: revised }, { keep: true })
  const to = (next: CharterSearch): void =>
    void navigate({ to: '/charter', search: { ...search, ...next }, replace: true, resetScroll: false })
  const [goTo, setGoTo] = useState(search.line === undefined ? undefined : { line: search.line })
  const go = (of: string, at: number): void => {
    to({ file: of, line: at })
    setGoTo({ line: at })
  }
  const shared = { charter, names, file, line, checked, to, go }
  return (
    <div className="charter-bench">
      <TextSide {...shared} drafting={drafting} goTo={goTo} onLine={setLine} />
      <PanelSide {...shared} revised={revised} finding={finding} show={search.show ?? 'explanation'} />
    </div>
  )
}

interface SideProps {
  readonly charter: InForce
  readonly names: readonly string[]
  readonly file: string
  /** Where the cursor is. */
  readonly line: number
  readonly checked: ReturnType<typeof useAnswer<'POST /api/charter/check'>>
  readonly to: (next: CharterSearch) => void
  readonly go: (file: string, line: number) => void
}

interface TextSideProps extends SideProps {
  readonly drafting: Drafting
  readonly goTo: { readonly line: number } | undefined
  readonly onLine: (line: number) => void
}

function TextSide({ charter, names, file, checked, to, go, drafting, goTo, onLine }: TextSideProps): ReactElement {
  const { draft } = drafting
  const { data, error, isFetching } = checked
  const [epoch, setEpoch] = useState(0)
  const discard = (): void => {
    drafting.replace({})
    to({ closes: undefined })
    setEpoch(epoch + 1)
  }
  const changed = Object.keys(draft.files)
  return (
    <div className="charter-text">
      <Bar names={names} file={file} changed={changed} onFile={(name) => go(name, 1)} onDiscard={discard} />
      <Editor
        key={`${file} ${epoch}`}
        name={file}
        text={draft.files[file] ?? charter.files[file] ?? ''}
        diagnostics={data?.diagnostics ?? none}
        complete={(context) => completeAt({ version: charter.version, files: draft.files, file }, context)}
        goTo={goTo}
        onText={(text) => drafting.write(file, text)}
        onLine={onLine}
      />
      <Problems diagnostics={data?.diagnostics} files={names} error={error} isChecking={isFetching} onGo={go} />
    </div>
  )
}

const none: readonly never[] = []

interface PanelSideProps extends SideProps {
  readonly revised: Revised
  readonly finding: Closing['finding']
  readonly show: (typeof panels)[number]
}

function PanelSide(props: PanelSideProps): ReactElement {
  const { to, show } = props
  const simulation = useSimulation()
  return (
    <Tabs
      value={show}
      onChange={(next) => to({ show: panels.find((each) => each === next) })}
      className="charter-panel"
      keepMounted={false}
    >
      <Tabs.List>
        <Tabs.Tab value="explanation">Explanation</Tabs.Tab>
        <Tabs.Tab value="difference">Difference</Tabs.Tab>
        <Tabs.Tab value="cases">Cases</Tabs.Tab>
        <Tabs.Tab value="recorded">Recorded calls</Tabs.Tab>
        <Tabs.Tab value="propose">Propose</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value={show} className="charter-shown">
        <Panel {...props} simulation={simulation} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Panel({
  charter,
  file,
  line,
  checked: { data },
  go,
  revised,
  finding,
  show,
  simulation,
}: PanelSideProps & { readonly simulation: Simulation }): ReactElement {
  const hasErrors = data?.diagnostics.some((each) => each.severity === 'error') === true
  const { now } = simulation
  switch (show) {
    case 'explanation':
      if (data === undefined) return <Loading />
      return <Explained told={data.told} file={file} line={line} onGo={go} />
    case 'difference':
      return <Difference revised={revised} />
    case 'cases':
      return <Cases revised={revised} />
    case 'recorded':
      return <Recorded revised={revised} hasErrors={hasErrors} simulation={simulation} />
    case 'propose': {
      const isSimulated = now.state === 'done' && now.files === revised.files
      return (
        <Propose
          revised={revised}
          keeps={charter.keeps}
          hasErrors={hasErrors}
          isSimulated={isSimulated}
          {...(finding === undefined ? {} : { begins: wordsFor(finding) })}
        />
      )
    }
  }
}

/** What a change that closes a finding says of itself, unless somebody says it better. */
function wordsFor({
  title,
  fingerprint,
  sentence,
}: NonNullable<Closing['finding']>): NonNullable<ProposeProps['begins']> {
  return { title: `Refuse: ${title}`.slice(0, 100), why: `Closes the finding ${fingerprint}: ${sentence}` }
}

interface BarProps {
  readonly names: readonly string[]
  readonly file: string
  readonly changed: readonly string[]
  readonly onFile: (name: string) => void
  readonly onDiscard: () => void
}

function Bar({ names, file, changed, onFile, onDiscard }: BarProps): ReactElement {
  return (
    <Group gap="sm" mb="xs" className="charter-bar">
      {names.length === 1 ? (
        <Text size="sm" className="charter-mono">
          {file}
        </Text>
      ) : (
        <NativeSelect
          size="xs"
          aria-label="File"
          data={names.map((name) => ({ value: name, label: changed.includes(name) ? `${name} (changed)` : name }))}
          value={file}
          onChange={(event) => onFile(event.currentTarget.value)}
        />
      )}
      {changed.length === 0 ? (
        <Text size="sm" c="dimmed">
          as in force
        </Text>
      ) : (
        <>
          <Badge color="blue" variant="light" tt="none">
            changed, not in force
          </Badge>
          <Button size="compact-xs" variant="default" fw={500} onClick={onDiscard}>
            Throw changes away
          </Button>
        </>
      )}
    </Group>
  )
}
