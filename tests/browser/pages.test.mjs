// Every page of the product is opened in both languages: axe finds nothing,
// nothing is wider than a phone, a tablet or a screen at 400 % zoom, it prints
// as something to read, and no script fails.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { open, Reader } from './house.mjs'
import { pages, visit } from './pages.mjs'

let house
before(async () => { house = await open() }, { timeout: 240_000 })
after(async () => { await house?.close() })

for (const lang of ['en', 'cy']) {
  test(`every page stands, in ${lang}`, { timeout: 900_000 }, async () => {
    const problems = []
    for (const as of new Set(pages.map(p => p.as))) {
      const r = await Reader.come(house, { lang })
      if (as) await r.signIn(`${as}@demo.example`)
      for (const { route, way } of pages.filter(p => p.as === as)) {
        try {
          await r.page.setViewportSize({ width: 375, height: 800 })
          await visit(r.page, house.base, way, lang)
          for (const [width, height] of [[375, 800], [320, 256], [768, 800]]) { // 1280 x 1024 at 400 % is 320 x 256
            await r.page.setViewportSize({ width, height })
            await r.page.waitForTimeout(width === 375 ? 0 : 150) // the menu measures itself anew
            const wide = await r.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
            if (wide > 0) problems.push(`${route} (${lang}): ${wide} px wider than a screen of ${width}`)
          }
          problems.push(...(await onPaper(r.page)).map(problem => `${route} (${lang}) on paper: ${problem}`))
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

// onPaper tells what a page would print that nobody can use on paper, and what
// of it could not be read: A4, with margins of 1 cm.
async function onPaper (page) {
  await page.setViewportSize({ width: 718, height: 1047 })
  await page.emulateMedia({ media: 'print' })
  const problems = await page.evaluate(() => {
    const found = []
    const shown = element => element.offsetHeight > 1 && getComputedStyle(element).visibility !== 'hidden'
    for (const element of document.querySelectorAll('nav, button, input[type=submit], .nhsuk-button, .nhsuk-header__search, .nhsuk-header__account, .nhsuk-footer, .nhsuk-skip-link, .nhsuk-back-link')) {
      if (shown(element)) found.push(`${element.tagName.toLowerCase()} ${element.className || element.textContent.trim()}`)
    }
    const heading = document.querySelector('main h1')
    if (!heading || !shown(heading)) found.push('no heading')
    const [red, green, blue] = getComputedStyle(document.querySelector('main p, main li, main td, main label') ?? heading).color.match(/\d+/g).map(Number)
    if (red + green + blue > 300) found.push('text too pale')
    const wide = document.documentElement.scrollWidth - window.innerWidth
    if (wide > 0) found.push(`${wide} px are cut off`)
    return [...new Set(found)]
  })
  await page.emulateMedia({ media: null })
  return problems
}
