// Pictures of every page, in both languages at three widths, into
// tests/browser/screenshots: make gallery.
import { join } from 'node:path'
import { open, Reader, screenshots } from './house.mjs'
import { pages, visit } from './pages.mjs'

const only = process.argv[2] // part of a route, to look at few
const house = await open()
let failed = 0
for (const lang of ['en', 'cy']) {
  for (const as of new Set(pages.map(p => p.as))) {
    const chosen = pages.filter(p => p.as === as && (!only || p.route.includes(only)))
    if (chosen.length === 0) continue
    const r = await Reader.come(house, { lang })
    if (as) await r.signIn(`${as}@demo.example`)
    for (const { route, way } of chosen) {
      const name = route.replaceAll(/[/:]+/g, '-').replace(/^-/, '') || 'home'
      try {
        await visit(r.page, house.base, way, lang)
        for (const width of [375, 768, 1280]) {
          await r.page.setViewportSize({ width, height: 900 })
          await r.page.screenshot({ path: join(screenshots, `${name}-${lang}-${width}.png`), fullPage: true })
        }
      } catch (error) { failed++; console.error(`${route} as ${as} (${lang}): ${error.message.split('\n')[0]}`) }
    }
    await r.context.close()
  }
}
await house.close()
console.log(`The pictures are in ${screenshots}`)
process.exit(failed ? 1 : 0)
