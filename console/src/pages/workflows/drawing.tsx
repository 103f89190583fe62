/** The workflow as `lockstep explain` draws it, with what its runs do. Laid out by the server; here it is only shown. */
import type { ReactElement } from 'react'
import { Canvas, Line, Lines, Spot } from '../lifecycles/canvas.tsx'
import { Times } from '../lifecycles/numbers.tsx'
import { isOpen, Pins } from '../lifecycles/pins.tsx'
import { isDim } from '../lifecycles/seen.ts'
import './drawing.css'
import {
  type DrawnWorkflow,
  type Order,
  orderTimes,
  type Step,
  timesOf,
  type WorkflowPin,
  type WorkflowTraffic,
  type WorkflowView,
} from './seen.ts'

export interface WorkflowDrawingProps {
  readonly drawn: DrawnWorkflow
  readonly traffic: WorkflowTraffic | undefined
  readonly view: WorkflowView
  /** Operations that are called at this moment. */
  readonly pulsing: ReadonlySet<string>
  readonly onLook: (operation: string) => void
}

const margin = 20

export function WorkflowDrawing(props: WorkflowDrawingProps): ReactElement {
  const { drawn, traffic } = props
  const { width, height, steps, orders, anyOrder } = drawn.picture
  const outside = traffic?.outside ?? []
  const extent = {
    left: 0,
    right: Math.max(width, ...outside.map((each) => each.x + each.width / 2 + margin)),
    height: Math.max(height, ...outside.map((each) => each.y + each.height / 2 + margin)),
  }
  return (
    <Canvas
      label={`Workflow ${drawn.workflow}`}
      extent={extent}
      start={steps[0] ?? { x: 0, y: 0 }}
      sight={steps.find(({ operation }) => operation === props.view.operation)}
    >
      <Lines extent={extent}>
        {orders.map((order) => (
          <OrderLine key={`${order.from} ${order.to}`} order={order} scene={props} />
        ))}
      </Lines>
      {anyOrder !== undefined && (
        <Spot at={anyOrder} className="any-order">
          in any order
        </Spot>
      )}
      {steps.map((step) => (
        <StepBox key={step.operation} step={step} scene={props} />
      ))}
      {orders.map((order) => (
        <OrderLabel key={`${order.from} ${order.to}`} order={order} traffic={traffic} />
      ))}
      {outside.map(({ operation, refused, ...box }) => (
        <Spot key={operation} at={box} className="drawing-step outside">
          <button type="button" onClick={() => props.onLook(operation)}>
            <span className="name">
              {operation}
              <Times numbers={{ refused }} />
            </span>
            <span className="who">not of this workflow</span>
          </button>
        </Spot>
      ))}
    </Canvas>
  )
}

function pinsOfOrder(traffic: WorkflowTraffic | undefined, { from, to }: Order): readonly WorkflowPin[] {
  return (traffic?.pins ?? []).filter(({ place }) => place.kind === 'order' && place.from === from && place.to === to)
}

function OrderLine({ order, scene }: { readonly order: Order; readonly scene: WorkflowDrawingProps }): ReactElement {
  const { path, head, kind, from, to } = order
  const { traffic, view } = scene
  const { allowed } = orderTimes(traffic, order)
  const isLooked = view.operation !== undefined && (view.operation === from || view.operation === to)
  const classes = [
    'order',
    kind,
    isDim(view, { allowed }) && 'dim',
    isLooked && 'looked',
    pinsOfOrder(traffic, order).some(isOpen) && 'broken',
  ]
  const className = classes.filter((each) => each !== false).join(' ')
  return <Line path={path} head={head} className={className} thickness={1.3 + Math.log10(1 + allowed) * 1.5} />
}

function StepBox({ step, scene }: { readonly step: Step; readonly scene: WorkflowDrawingProps }): ReactElement {
  const { operation, lines, x, y, width, height } = step
  const { traffic, view, pulsing, onLook } = scene
  const numbers = timesOf(traffic, operation)
  const pins = (traffic?.pins ?? []).filter(({ place }) => place.kind === 'step' && place.operation === operation)
  const classes = [
    'drawing-step',
    isDim(view, numbers) && 'dim',
    view.operation === operation && 'looked',
    pulsing.has(operation) && 'pulse',
    pins.some(isOpen) && 'broken',
  ]
  return (
    <>
      <Spot at={step} className={classes.filter((each) => each !== false).join(' ')}>
        <button type="button" onClick={() => onLook(operation)}>
          <span className="name">
            {operation}
            <Times numbers={numbers} />
          </span>
          {lines.map(({ kind, text }) => (
            <span key={text} className={kind === 'mark' ? 'mark' : 'who'}>
              {text}
            </span>
          ))}
        </button>
      </Spot>
      {pins.length > 0 && (
        <Spot at={{ x: x + width / 2 - 24, y: y - height / 2 }} className="pinned">
          <Pins pins={pins} />
        </Spot>
      )}
    </>
  )
}

interface OrderLabelProps {
  readonly order: Order
  readonly traffic: WorkflowTraffic | undefined
}

function OrderLabel({ order, traffic }: OrderLabelProps): ReactElement | null {
  const { label, orders, isLabelled } = order
  const pins = pinsOfOrder(traffic, order)
  if (!isLabelled) return null
  return (
    <>
      <Spot at={label} className="order-label">
        {orders
          .filter(({ kind }) => kind !== 'value')
          .map(({ kind, text }, index) => (
            <span key={text} className={kind === 'never' ? 'never' : undefined}>
              {text}
              {index === 0 && <Times numbers={orderTimes(traffic, order)} />}
            </span>
          ))}
      </Spot>
      {pins.length > 0 && (
        <Spot at={{ x: label.x, y: label.y - label.height / 2 - 9 }} className="pinned">
          <Pins pins={pins} />
        </Spot>
      )}
    </>
  )
}
