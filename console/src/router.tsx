/** Which address shows which page. Every page but the frame is loaded when it is opened. */
import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { inside, root } from './frame.ts'
import { pages } from './pages.ts'
import { Shell } from './shell.tsx'

type PageRoute = (typeof pages)[number]['routes'][number]

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignIn'),
})

inside.update({ component: Shell })

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    inside.addChildren(pages.flatMap(({ routes }): readonly PageRoute[] => routes)),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    readonly router: typeof router
  }
}
