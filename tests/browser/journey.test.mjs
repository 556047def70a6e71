// The first review, end to end, as its users walk it: in English with scripts,
// in Welsh without.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { writeFileSync, mkdtempSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open, Reader, password } from './house.mjs'
import { answerAll, future, invitation, judgeAll } from './acts.mjs'

let house
before(async () => { house = await open() }, { timeout: 240_000 })
after(async () => { await house?.close() })

for (const { lang, scripts } of [{ lang: 'en', scripts: true }, { lang: 'cy', scripts: false }]) {
  test(`a review from its planning to the board's PDF, in ${lang} ${scripts ? 'with' : 'without'} scripts`, { timeout: 420_000 }, async () => {
    const r = await Reader.come(house, { lang, scripts })
    const { page } = r
    const name = `Cwmni Taith ${lang} (fictitious)`

    // The official enters a supplier and its system, plans and issues a review.
    await r.signIn('official@demo.example')
    await r.go('/organisations')
    assert.match(await page.content(), lang === 'cy' ? /Bwrdd Iechyd Prifysgol Betsi Cadwaladr/ : /Betsi Cadwaladr University Health Board/)
    await r.go('/suppliers/new')
    await r.press('main form[action="/suppliers"] button[type=submit]')
    await r.look('/suppliers refused')
    assert.match(await page.title(), lang === 'cy' ? /^Gwall:/ : /^Error:/)
    await page.fill('#name', name)
    await page.fill('#contacts-security-name', 'Desg')
    await page.fill('#contacts-security-email', `desk@taith-${lang}.example`)
    await r.press('main form[action="/suppliers"] button[type=submit]')
    await r.look('/suppliers/:id')
    const supplier = page.url().split('/').pop()
    await r.go('/systems/new')
    await page.fill('#name-en', `Journey system ${lang}`)
    await page.fill('#name-cy', `System daith ${lang}`)
    await page.selectOption('#host_organisation_id', { label: lang === 'cy' ? 'Iechyd a Gofal Digidol Cymru' : 'Digital Health and Care Wales' })
    await page.selectOption('#suppliers-0-supplier_id', supplier)
    await page.selectOption('#criticality', '4')
    await page.check('#categories_known')
    await page.check('#data-staff')
    await page.fill('#people_count', '120')
    await r.press('main form[action="/systems"] button[type=submit]')
    await r.look('/systems/:id')
    await r.picture('system')
    await r.go(`/reviews/new?supplier=${supplier}`)
    await page.check('input[name=system_ids]')
    await page.check('input[name=reviewer_ids]')
    for (const [part, value] of Object.entries(future)) await page.fill(`[name="due_on[${part}]"]`, value)
    await r.press('main form[action="/reviews"] button[type=submit]')
    await r.look('/reviews/:id planned')
    const review = new URL(page.url()).pathname
    await r.go(`${review}/issue`)
    await page.check('#lead-confirmed-0')
    await r.press(`main form[action="${review}/issue"] button[type=submit]`)
    await r.look('/reviews/:id issued')
    await r.picture('review-official')

    // The invitation waits in the outbox; the supplier accepts it.
    await r.signIn('administrator@demo.example')
    const link = await invitation(r, `desk@taith-${lang}.example`)
    await r.look('/outbox')
    await page.context().clearCookies()
    await page.goto(`${link}?lang=${lang}`)
    await r.look('/invitations/:token')
    await page.fill('#password', 'too short')
    await r.press('main button[type=submit]')
    await r.look('/invitations/:token refused')
    await page.fill('#password', password)
    await r.press('main button[type=submit]')
    await r.prove(`desk@taith-${lang}.example`)
    await r.go(`${review}?lang=${lang}`)
    await r.picture('tasks')

    // Every question is answered, with evidence where it is asked.
    await answerAll(r, review)
    await r.go(`${review}/check`)
    await r.picture('check')
    await r.go(`${review}/submit`)
    await r.press(`main form[action="${review}/submit"] button[type=submit]`)
    await r.look('/submit refused')
    await page.fill('#name', 'Lead Person')
    await page.fill('#job_title', 'CISO')
    await page.check('#statement_agreed')
    await r.press(`main form[action="${review}/submit"] button[type=submit]`)
    await r.look('/receipt')
    assert.match(page.url(), /receipt$/)

    // The reviewer judges one, returns two; the supplier answers them again.
    await r.signIn('reviewer@demo.example')
    await r.go(`${review}/judge`)
    await r.picture('judge')
    await page.locator('main tbody a').first().click()
    await page.waitForLoadState('load')
    await r.look('/judge/:key')
    await r.picture('judgement')
    await page.check('[name=outcome][value=met]')
    await r.press('main form button[type=submit]')
    await r.go(`${review}/return`)
    const boxes = page.locator('input[name=questions]')
    await boxes.nth(0).check()
    await boxes.nth(1).check()
    await page.fill('[name="message.cy"]', 'Atebwch y rhain eto.')
    await r.press('main form button[type=submit]')
    await r.signIn(`desk@taith-${lang}.example`)
    await r.go(review)
    await r.picture('returned')
    const again = page.locator('#returned a')
    assert.equal(await again.count(), 2)
    await again.first().click()
    await page.waitForLoadState('load')
    await page.fill('#comment', 'Profwyd ym mis Mai.')
    await r.press('main button[name=then][value=tasks]')
    await r.go(`${review}/submit`)
    await page.fill('#job_title', 'CISO')
    await page.check('#statement_agreed')
    await r.press(`main form[action="${review}/submit"] button[type=submit]`)

    // All is judged, one not met; the draft is shared for the accuracy check.
    await r.signIn('reviewer@demo.example')
    await judgeAll(r, review)
    await r.go(`${review}/rating`)
    await r.go(`${review}/assess`)
    await page.fill('#accuracy_check_days', '0')
    await page.fill('#accuracy_check_reason', 'Cytunwyd dros y ffôn.')
    await r.press('main form button[type=submit]')
    await r.signIn(`desk@taith-${lang}.example`)
    await r.go(`${review}/findings`)
    await page.locator('textarea[name=comment]').first().fill('Mae hyn wedi newid.')
    await r.press('form[action$="/comment"] button[type=submit]')
    await r.signIn('reviewer@demo.example')
    await r.go(`${review}/findings`)
    await r.press('button[name=outcome][value=accepted]')

    // The SIRO decides with a condition; the board reads the PDF in its language.
    await r.signIn('approver@demo.example')
    await r.go(`${review}/sign-off`)
    await r.picture('sign-off')
    await page.check('[name=decision][value=rely_with_conditions]')
    await r.press('main form button[type=submit]')
    await r.look('/sign-off refused')
    await page.fill('[name="conditions.0.cy"]', "Profi'r adferiad erbyn Mehefin.")
    await r.press('main form button[type=submit]')
    await r.look('/reviews/:id signed')
    assert.match(await page.content(), lang === 'cy' ? /Cymeradwywyd/ : /Signed off/)
    await r.go(`${review}/history`)
    await r.signIn('secretary@demo.example')
    await r.go('/reports')
    await r.go(`${review}/report`)
    await r.picture('report')
    const pdf = await page.context().request.get(`${house.base}${review}/report.pdf?lang=${lang}`)
    checkPDF(await pdf.body(), lang, name)

    assert.deepEqual(r.problems, [])
    assert.deepEqual(house.errors(), [])
    await r.context.close()
  })
}

function checkPDF(body, lang, supplier) {
  const file = join(mkdtempSync(join(tmpdir(), 'pdf-')), 'report.pdf')
  writeFileSync(file, body)
  execFileSync('qpdf', ['--check', file])
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
  assert.ok(text.includes(lang === 'cy' ? 'Adroddiad sicrwydd cyflenwr' : 'Supplier assurance report'), 'the title is in the PDF')
  assert.ok(text.includes(supplier), 'the supplier is in the PDF')
}
