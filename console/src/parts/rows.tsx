/** A dense table; where it is narrow, each row becomes a card with the heads beside the cells. */
import type { ReactElement, ReactNode } from 'react'
import './rows.css'

export interface Column<Row> {
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  /** Numbers stand under each other. */
  readonly num?: true
}

export interface RowsProps<Row> {
  /** What the table is of: for who cannot see where it stands. */
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
}

/** Roles are said again: browsers forget them where a table is laid out as something else. */
const as = {
  table: { role: 'table' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  columnheader: { role: 'columnheader' },
  cell: { role: 'cell' },
} as const

export function Rows<Row>({ label, columns, rows, keyOf }: RowsProps<Row>): ReactElement {
  return (
    <div className="rows-box">
      <table className="rows" {...as.table} aria-label={label}>
        <thead {...as.rowgroup}>
          <tr {...as.row}>
            {columns.map(({ head, num }) => (
              <th key={head} {...as.columnheader} scope="col" className={num === true ? 'num' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...as.rowgroup}>
          {rows.map((row) => (
            <tr key={keyOf(row)} {...as.row}>
              {columns.map(({ head, cell, num }) => (
                <td key={head} {...as.cell} data-head={head} className={num === true ? 'num' : undefined}>
                  <div>{cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
