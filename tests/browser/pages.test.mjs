// Every page of the product is opened in both languages: axe finds nothing,
// nothing is wider than a phone or a tablet, and no script fails.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { open, Reader } from './house.mjs'
import { pages, visit } from './pages.mjs'

let house
before(async () => { house = await open() }, { timeout: 240_000 })
after(async () => { await house?.close() })

for (const lang of ['en', 'cy']) {
  test(`every page stands, in ${lang}`, { timeout: 400_000 }, async () => {
    const problems = []
    for (const as of new Set(pages.map(p => p.as))) {
      const r = await Reader.come(house, { lang })
      if (as) await r.signIn(`${as}@demo.example`)
      for (const { route, way } of pages.filter(p => p.as === as)) {
        try {
          await r.page.setViewportSize({ width: 375, height: 800 })
          await visit(r.page, house.base, way, lang)
          for (const width of [375, 768]) {
            await r.page.setViewportSize({ width, height: 800 })
            await r.page.waitForTimeout(width > 375 ? 150 : 0) // the menu measures itself anew
            const wide = await r.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
            if (wide > 0) problems.push(`${route} (${lang}): ${wide} px wider than a screen of ${width}`)
          }
          assert.equal(await r.page.evaluate(() => document.documentElement.lang), lang, route)
          await r.page.setViewportSize({ width: 1280, height: 900 })
          await r.look(route)
        } catch (error) { problems.push(`${route} as ${as} (${lang}): ${error.message.split('\n')[0]}`) }
      }
      problems.push(...r.problems)
      await r.context.close()
    }
    assert.deepEqual(problems, [])
    assert.deepEqual(house.errors(), [])
  })
}
