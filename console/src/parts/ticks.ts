/** What stands at an axis of time: the clock, and the day where one begins. @param ticks - Seconds since 1970. */
export function clockTicks(_: unknown, ticks: readonly number[]): string[] {
  return ticks.map((tick) => {
    const date = new Date(tick * 1000)
    return (date.getHours() + date.getMinutes() === 0 ? day : clock).format(date)
  })
}

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
