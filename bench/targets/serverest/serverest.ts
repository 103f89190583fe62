import { startProgram, type Target } from '../target.ts'

/** A shop for people who learn to test: users, products, carts. Keeps its data in files of its package. */
export const serverest: Target = {
  name: 'serverest',
  folder: 'serverest',
  source: 'shop',
  installed: 'node_modules/serverest/package.json',
  expected: [
    'bopla-read at shop.getUsuariosBy_id',
    'invariant-broken at shop.postProdutos',
    'invariant-broken at shop.postUsuarios',
    'race at shop.postCarrinhos',
  ],
  async start(folder) {
    const { said, close } = await startProgram(['start.mjs'], {
      cwd: folder,
      // Its own mode for tests: nothing is logged, nothing is sent elsewhere.
      env: { NODE_ENV: 'serverest-test' },
      ready: /listening on (\S+)/,
    })
    return { url: said, env: {}, close }
  },
}
